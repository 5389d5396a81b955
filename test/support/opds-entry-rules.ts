import { attribute, type XmlElement } from './xml-tree';
import { childrenOf, dcUri, isAbsoluteIri, isTimestamp, kindOf, mediaTypeOf, textOf } from './opds-words';

const acquisitionRel = 'http://opds-spec.org/acquisition';
const streamRel = 'http://vaemendis.net/opds-pse/stream';
const pictureRels = ['http://opds-spec.org/image', 'http://opds-spec.org/image/thumbnail'];
const pictureTypes = ['image/jpeg', 'image/png', 'image/gif'];
const onwardRels = ['subsection', 'http://opds-spec.org/sort/new', 'http://opds-spec.org/sort/popular'];
const extensions: Record<string, string> = {
  'application/vnd.comicbook+zip': 'cbz',
  'application/vnd.comicbook-rar': 'cbr',
  'application/pdf': 'pdf',
  'application/epub+zip': 'epub',
  'application/vnd.comicbook+7z': 'cb7',
  'application/vnd.comicbook+tar': 'cbt',
  // for apps that know only these names (opds.md §2.13)
  ...{ 'application/x-cbz': 'cbz', 'application/x-cbr': 'cbr', 'application/x-cb7': 'cb7', 'application/x-cbt': 'cbt' },
  'application/zip': 'cbz',
};

/** Links of a feed or entry, all or those of one relation. */
export function linksOf(element: XmlElement, rel?: string): XmlElement[] {
  return childrenOf(element, 'link').filter((link) => rel === undefined || attribute(link, 'rel') === rel);
}

/** A book: it can be acquired or streamed, or has an author, which is how Thorium tells. */
export function isPublication(entry: XmlElement): boolean {
  return linksOf(entry).some((link) => isAcquisition(link) || attribute(link, 'rel') === streamRel);
}

function isAcquisition(link: XmlElement): boolean {
  const rel = attribute(link, 'rel') ?? '';
  return rel === acquisitionRel || rel.startsWith(`${acquisitionRel}/`);
}

/** What is wrong with an entry; `name` says which one. */
export function entryProblems(entry: XmlElement, name: string): string[] {
  const problems = [...headProblems(entry), ...textProblems(entry), ...linksOf(entry).flatMap(linkProblems)];
  problems.push(...(isPublication(entry) ? publicationProblems(entry) : navigationProblems(entry)));
  return problems.map((problem) => `${name} (${textOf(entry, 'title') || textOf(entry, 'id')}): ${problem}`);
}

function headProblems(entry: XmlElement): string[] {
  const problems: string[] = [];
  for (const name of ['id', 'title', 'updated']) {
    if (childrenOf(entry, name).length !== 1) problems.push(`${childrenOf(entry, name).length} ${name}`);
  }
  if (!isAbsoluteIri(textOf(entry, 'id'))) problems.push(`id is no absolute IRI: ${textOf(entry, 'id')}`);
  if (textOf(entry, 'title').trim() === '') problems.push('title is empty');
  if (!isTimestamp(textOf(entry, 'updated')))
    problems.push(`updated is no RFC 3339 time with zone: ${textOf(entry, 'updated')}`);
  return problems;
}

/** An empty `content` hides the summary too in KOReader (opds.md §2.6). */
function textProblems(entry: XmlElement): string[] {
  const problems: string[] = [];
  const contents = childrenOf(entry, 'content');
  if (contents.length !== 1) problems.push(`${contents.length} content`);
  for (const element of [...contents, ...childrenOf(entry, 'summary')]) {
    if (element.text.trim() === '') problems.push(`${element.local} is empty`);
    if (attribute(element, 'type') !== 'text') problems.push(`${element.local} is not of type text`);
  }
  return problems;
}

/** What is wrong with any link of a feed or entry. */
export function linkProblems(link: XmlElement): string[] {
  const rel = attribute(link, 'rel');
  const href = attribute(link, 'href') ?? '';
  if (!rel || !attribute(link, 'type')) return [`link without rel or type: ${href}`];
  const problems: string[] = [];
  if (!/^(\/|https?:\/\/)[^\s<>"|\\^`]*$/.test(href)) problems.push(`link rel=${rel} has an unusable address: ${href}`);
  const isTemplate = rel === streamRel || (rel === 'search' && attribute(link, 'type') === 'application/atom+xml');
  if (!isTemplate && /[{}]/.test(href)) problems.push(`link rel=${rel} has braces`);
  if (rel === 'collection') problems.push('rel=collection makes readers regroup the feed');
  if (pictureRels.includes(rel) && !pictureTypes.includes(attribute(link, 'type') ?? ''))
    problems.push(`cover of type ${attribute(link, 'type')}`);
  return problems;
}

function navigationProblems(entry: XmlElement): string[] {
  const problems: string[] = [];
  const onward = linksOf(entry).filter((link) => !pictureRels.includes(attribute(link, 'rel') ?? ''));
  if (onward.length !== 1) problems.push(`${onward.length} onward links`);
  for (const link of onward) {
    if (!kindOf(link)) problems.push(`onward link of type ${attribute(link, 'type')}`);
    if (!onwardRels.includes(attribute(link, 'rel') ?? ''))
      problems.push(`KOReader does not follow rel=${attribute(link, 'rel')}`);
  }
  if (childrenOf(entry, 'author').length > 0) problems.push('an author makes Thorium take it for a book');
  return problems;
}

function publicationProblems(entry: XmlElement): string[] {
  const problems: string[] = [];
  const files = linksOf(entry).filter(isAcquisition);
  if (files.length === 0) problems.push('streamed, but without acquisition link');
  if (new Set(files.map((link) => attribute(link, 'href'))).size < files.length)
    problems.push('two links for one file');
  if (linksOf(entry, 'subsection').length > 0) problems.push('a book with a link rel=subsection');
  for (const name of ['title', 'creator']) {
    if (childrenOf(entry, name, dcUri).length > 0) problems.push(`dc:${name} beside the Atom element`);
  }
  const authors = childrenOf(entry, 'author').map((author) => textOf(author, 'name'));
  if (authors.some((author) => author.trim() === '')) problems.push('author without a name');
  if (new Set(authors).size < authors.length) problems.push('an author twice');
  const issued = textOf(entry, 'issued', dcUri);
  if (issued !== '' && !/^\d{4}(-\d\d(-\d\d)?)?$/.test(issued)) problems.push(`dc:issued is no date: ${issued}`);
  return [...problems, ...files.flatMap(fileProblems), ...linksOf(entry, streamRel).flatMap(streamProblems)];
}

/** Chunky needs a file name at the end of the address, KOReader decides by its extension (opds.md §2.14). */
function fileProblems(link: XmlElement): string[] {
  const extension = extensions[attribute(link, 'type') ?? ''];
  const href = (attribute(link, 'href') ?? '').split('?')[0] ?? '';
  if (extension === undefined) return [`file of type ${attribute(link, 'type')}`];
  return href.toLowerCase().endsWith(`.${extension}`)
    ? []
    : [`file of type ${mediaTypeOf(link)} does not end in .${extension}: ${href}`];
}

/** PSE 1.2 (opds.md §3). */
function streamProblems(link: XmlElement): string[] {
  const problems: string[] = [];
  const href = attribute(link, 'href') ?? '';
  const count = attribute(link, 'pse:count') ?? '';
  const lastRead = attribute(link, 'pse:lastRead');
  const lastReadDate = attribute(link, 'pse:lastReadDate');
  if (!href.includes('{pageNumber}')) problems.push('stream without {pageNumber}');
  if (/[{}]/.test(href.replace('{pageNumber}', '').replace('{maxWidth}', '')))
    problems.push('stream with further variables');
  if (!pictureTypes.includes(attribute(link, 'type') ?? '')) problems.push(`stream of type ${attribute(link, 'type')}`);
  if (!/^[1-9]\d*$/.test(count)) problems.push(`pse:count is ${count || 'absent'}`);
  if (lastRead !== undefined && !(/^[1-9]\d*$/.test(lastRead) && Number(lastRead) <= Number(count))) {
    problems.push(`pse:lastRead ${lastRead} of ${count}: counts from 1, absent when unread`);
  }
  if (lastReadDate !== undefined && (lastRead === undefined || !isTimestamp(lastReadDate)))
    problems.push(`pse:lastReadDate ${lastReadDate}`);
  return problems;
}
