import { entryProblems, isPublication, linkProblems, linksOf } from './opds-entry-rules';
import { attribute, type XmlElement, xmlTree } from './xml-tree';
import {
  atomUri,
  childrenOf,
  isAbsoluteIri,
  isTimestamp,
  kindOf,
  mediaTypeOf,
  openSearchUri,
  pseUri,
  textOf,
} from './opds-words';

/**
 * Our own rules for OPDS 1.2 documents (reference/opds.md §2 and §3, what one document can show): a list of what is wrong,
 * empty when the document is fit to be sent. Feeds, entry documents and search descriptions. Used on fixtures, on every answer
 * of the integration tests and by the crawler.
 */
export function opdsProblems(xml: string, options: { contentType?: string } = {}): string[] {
  const { root, faults } = xmlTree(xml);
  if (root === null || faults.length > 0) return faults.length > 0 ? faults : ['empty document'];
  const problems = [...namespaceProblems(root), ...rootProblems(root)];
  if (options.contentType !== undefined) problems.push(...contentTypeProblems(root, options.contentType));
  return problems;
}

function rootProblems(root: XmlElement): string[] {
  if (root.uri === openSearchUri && root.local === 'OpenSearchDescription') return descriptionProblems(root);
  if (root.uri !== atomUri) return [`root element is {${root.uri}}${root.local}`];
  if (root.local === 'entry') return entryProblems(root, 'entry document');
  if (root.local === 'feed') return feedProblems(root);
  return [`root element is ${root.local}`];
}

const plainAttributes: Record<string, string[]> = {
  link: ['rel', 'type', 'href', 'title', 'length', 'hreflang'],
  category: ['term', 'scheme', 'label'],
  content: ['type'],
  summary: ['type'],
  subtitle: ['type'],
};

/** Default namespace for Atom, prefixes declared on the root only, no attributes of our own (opds.md §2.2, §2.11). */
function namespaceProblems(root: XmlElement): string[] {
  const problems: string[] = [];
  const visit = (element: XmlElement) => {
    const isAtom = element.uri === atomUri;
    if (isAtom && element.prefix !== '') problems.push(`Atom element with a prefix: ${element.name}`);
    for (const { name, uri } of element.attributes) {
      if (name === 'xmlns' || name.startsWith('xmlns:')) {
        if (element !== root) problems.push(`${element.name} declares ${name}: belongs on the root`);
        continue;
      }
      if (name === 'xml:base') problems.push('xml:base is not read by readers');
      if (isAtom && uri === '' && !(plainAttributes[element.local] ?? []).includes(name)) {
        problems.push(`${element.name} has an attribute of no standard: ${name}`);
      }
      if (uri === pseUri && !name.startsWith('pse:')) problems.push(`${name}: older KOReader wants the prefix pse`);
    }
    element.children.forEach(visit);
  };
  visit(root);
  return problems;
}

function contentTypeProblems(root: XmlElement, contentType: string): string[] {
  const said = contentType.replace(/\s*;\s*/g, ';').replace(/;charset=utf-8/i, '');
  if (root.local === 'OpenSearchDescription') {
    return said === 'application/opensearchdescription+xml' ? [] : [`search description answered as ${contentType}`];
  }
  const self = linksOf(root, 'self')[0];
  const expected =
    root.local === 'entry' ? 'application/atom+xml;type=entry;profile=opds-catalog' : attribute(self ?? root, 'type');
  return said === expected ? [] : [`answered as ${contentType}, the document is ${expected ?? 'of no known type'}`];
}

function feedProblems(feed: XmlElement): string[] {
  const entries = childrenOf(feed, 'entry');
  const problems = [...headProblems(feed), ...feedLinkProblems(feed), ...pagingProblems(feed, entries.length)];
  problems.push(...facetProblems(feed), ...kindProblems(feed, entries), ...uniqueIdProblems(feed, entries));
  for (const [index, entry] of entries.entries()) problems.push(...entryProblems(entry, `entry ${index + 1}`));
  return problems;
}

function headProblems(feed: XmlElement): string[] {
  const problems: string[] = [];
  for (const name of ['id', 'title', 'updated']) {
    if (childrenOf(feed, name).length !== 1) problems.push(`feed has ${childrenOf(feed, name).length} ${name}`);
  }
  if (!isAbsoluteIri(textOf(feed, 'id'))) problems.push(`feed id is no absolute IRI: ${textOf(feed, 'id')}`);
  if (textOf(feed, 'title').trim() === '') problems.push('feed title is empty');
  if (!isTimestamp(textOf(feed, 'updated')))
    problems.push(`feed updated is no RFC 3339 time with zone: ${textOf(feed, 'updated')}`);
  const authors = childrenOf(feed, 'author');
  if (!authors.some((author) => textOf(author, 'name').trim() !== '')) problems.push('feed has no author with a name');
  return problems;
}

function feedLinkProblems(feed: XmlElement): string[] {
  const problems: string[] = [];
  const single = (rel: string) => {
    const found = linksOf(feed, rel);
    if (found.length !== 1) problems.push(`feed has ${found.length} links rel=${rel}`);
    return found[0];
  };
  const self = single('self');
  const start = single('start');
  const isRoot = self !== undefined && start !== undefined && attribute(self, 'href') === attribute(start, 'href');
  if (!isRoot) single('up');
  if (isRoot && linksOf(feed, 'up').length > 0) problems.push('the root has a link rel=up');
  for (const rel of ['self', 'start', 'up']) {
    for (const link of linksOf(feed, rel)) if (!kindOf(link)) problems.push(`feed link rel=${rel} tells no kind`);
  }
  if (start && kindOf(start) !== 'navigation') problems.push('the start is a navigation feed');
  return [...problems, ...linksOf(feed).flatMap((link) => linkProblems(link)), ...searchLinkProblems(feed)];
}

function searchLinkProblems(feed: XmlElement): string[] {
  const searches = linksOf(feed, 'search');
  const described = searches.filter((link) => attribute(link, 'type') === 'application/opensearchdescription+xml');
  const direct = searches.filter((link) => attribute(link, 'type') === 'application/atom+xml');
  const problems: string[] = [];
  if (described.length !== 1) problems.push(`feed has ${described.length} search descriptions`);
  if (direct.length !== 1) problems.push(`feed has ${direct.length} direct search links (Moon+ Reader, Librera)`);
  for (const link of direct) {
    if (!attribute(link, 'href')?.includes('{searchTerms}')) problems.push('direct search link without {searchTerms}');
  }
  return problems;
}

/** Paging links and totals agree with each other and with what the page holds (opds.md §2.16). */
function pagingProblems(feed: XmlElement, entries: number): string[] {
  const problems: string[] = [];
  const kind = kindOf(linksOf(feed, 'self')[0]);
  for (const rel of ['next', 'previous', 'first', 'last']) {
    for (const link of linksOf(feed, rel)) {
      if (kindOf(link) !== kind) problems.push(`paging link rel=${rel} is of another kind than the feed`);
    }
  }
  if (linksOf(feed, 'prev').length > 0) problems.push('rel=prev: the relation is called previous');
  const numbers = ['totalResults', 'itemsPerPage', 'startIndex'].map((name) => textOf(feed, name, openSearchUri));
  const isPaged =
    numbers.some((number) => number !== '') || linksOf(feed, 'next').length > 0 || linksOf(feed, 'previous').length > 0;
  return isPaged ? [...problems, ...totalsProblems(feed, numbers, entries)] : problems;
}

function totalsProblems(feed: XmlElement, numbers: string[], entries: number): string[] {
  if (!numbers.every((number) => /^\d+$/.test(number)))
    return ['paged feed without totalResults, itemsPerPage, startIndex'];
  const [total = 0, size = 0, start = 0] = numbers.map(Number);
  if (size < 1 || start < 1) return [`itemsPerPage ${size}, startIndex ${start}: both count from 1`];
  const problems: string[] = [];
  if ((start - 1) % size !== 0) problems.push(`startIndex ${start} begins no page of ${size}`);
  const due = Math.max(0, Math.min(size, total - start + 1));
  if (entries !== due) problems.push(`page holds ${entries} entries, ${due} by its totals`);
  if (start > 1 && due === 0) problems.push('empty page beyond the end');
  const has = (rel: string) => linksOf(feed, rel).length === 1;
  if (has('next') !== start - 1 + size < total) problems.push('next is there exactly when something follows');
  if (has('previous') !== start > 1) problems.push('previous is there exactly when something precedes');
  if (!has('first') || !has('last')) problems.push('paged feed without first or last');
  return [...problems, ...pageAddressProblems(feed, { start, size, total })];
}

function pageAddressProblems(feed: XmlElement, page: { start: number; size: number; total: number }): string[] {
  const address = (rel: string) => attribute(linksOf(feed, rel)[0] ?? feed, 'href');
  const problems: string[] = [];
  if (page.start === 1 && address('self') !== address('first')) problems.push('the first page has two addresses');
  if (page.start - 1 + page.size >= page.total && page.start <= page.total && address('self') !== address('last')) {
    problems.push('the last page has two addresses');
  }
  if (page.start - 1 === page.size && address('previous') !== address('first'))
    problems.push('previous of the second page is not first');
  return problems;
}

/** Facets stand in acquisition feeds only, typed, one active in a group at most (opds.md §2.18). */
function facetProblems(feed: XmlElement): string[] {
  const facets = linksOf(feed, 'http://opds-spec.org/facet');
  const problems: string[] = [];
  const active = new Set<string>();
  if (facets.length > 0 && kindOf(linksOf(feed, 'self')[0]) !== 'acquisition')
    problems.push('facets outside an acquisition feed');
  for (const facet of facets) {
    const group = attribute(facet, 'opds:facetGroup') ?? '';
    const title = attribute(facet, 'title') ?? '';
    if (group === '' || title === '') problems.push('facet without title or group');
    if (kindOf(facet) !== 'acquisition') problems.push(`facet ${title} leads to no acquisition feed`);
    if (!/^\d+$/.test(attribute(facet, 'thr:count') ?? '0'))
      problems.push(`facet ${title} with a count that is no number`);
    const isActive = attribute(facet, 'opds:activeFacet');
    if (isActive !== undefined && isActive !== 'true') problems.push(`facet ${title}: activeFacet is "true" or absent`);
    if (isActive === undefined) continue;
    if (active.has(group)) problems.push(`group ${group} has two active facets`);
    active.add(group);
  }
  return problems;
}

/** All books or all sub-catalogues, and the kind says which (opds.md §2.1, §2.9). */
function kindProblems(feed: XmlElement, entries: XmlElement[]): string[] {
  const books = entries.filter(isPublication).length;
  const kind = kindOf(linksOf(feed, 'self')[0]);
  if (books > 0 && books < entries.length) return ['books and sub-catalogues in one feed'];
  if (entries.length === 0) return [];
  const actual = books > 0 ? 'acquisition' : 'navigation';
  return kind === actual ? [] : [`self says ${kind ?? 'no kind'}, the feed is of kind ${actual}`];
}

function uniqueIdProblems(feed: XmlElement, entries: XmlElement[]): string[] {
  const seen = new Set([textOf(feed, 'id')]);
  const problems: string[] = [];
  for (const entry of entries) {
    const id = textOf(entry, 'id');
    if (seen.has(id)) problems.push(`id used twice: ${id}`);
    seen.add(id);
  }
  return problems;
}

/** The search description (opds.md §2.19). */
function descriptionProblems(root: XmlElement): string[] {
  const problems: string[] = [];
  const name = textOf(root, 'ShortName', openSearchUri);
  if (name === '' || name.length > 16) problems.push(`ShortName has ${name.length} characters`);
  if (textOf(root, 'Description', openSearchUri) === '') problems.push('search description without Description');
  const urls = childrenOf(root, 'Url', openSearchUri);
  if (urls.length !== 1) problems.push(`search description has ${urls.length} Urls`);
  for (const url of urls) {
    const template = attribute(url, 'template') ?? '';
    if (!kindOf(url) || mediaTypeOf(url) !== 'application/atom+xml') problems.push('Url is of no feed type');
    if (!template.includes('{searchTerms}')) problems.push('template without {searchTerms}');
    if (/\{(?!searchTerms\})/.test(template)) problems.push('template with further variables');
    if (!/^(\/|https?:\/\/)/.test(template)) problems.push('template is neither absolute nor root-relative');
  }
  return problems;
}
