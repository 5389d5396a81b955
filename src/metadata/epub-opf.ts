import { allText, childElements, decodeXml, descendants, parseXml, type XmlElement } from '../base/xml';
import { textOfHtml } from './html';
import {
  listOrNull,
  normaliseAuthors,
  normaliseIsbn,
  normaliseLanguage,
  normaliseTags,
  parseNumberSort,
  trimToNull,
} from './normalise';
import type { Author, BookPatch, ReadingDirection, SeriesPatch } from './types';

/** MARC relators that name a role of ours; everybody else counts as writer. */
const relators = new Map([
  ['aut', 'writer'],
  ['clr', 'colorist'],
  ['cov', 'cover'],
  ['edt', 'editor'],
  ['art', 'penciller'],
  ['ill', 'penciller'],
  ['trl', 'translator'],
]);

const directions = new Map<string, ReadingDirection>([
  ['rtl', 'RIGHT_TO_LEFT'],
  ['ltr', 'LEFT_TO_RIGHT'],
]);

const textOf = (element: XmlElement | undefined): string | null =>
  element === undefined ? null : trimToNull(allText(element).replace(/\s+/gu, ' '));

const texts = (metadata: XmlElement, name: string): string[] =>
  descendants(metadata, name).flatMap((element) => textOf(element) ?? []);

type Meta = (property: string, refines?: string) => XmlElement | undefined;

/** Looks up `<meta property>`, refining the element with that id if one is given. One pass over all of them, then a map. */
function indexMetas(metadata: XmlElement): Meta {
  const index = new Map<string, XmlElement>();
  for (const meta of descendants(metadata, 'meta')) {
    const property = meta.attributes.get('property') ?? '';
    const keys = [property, `${property} ${meta.attributes.get('refines') ?? ''}`];
    for (const key of keys) if (!index.has(key)) index.set(key, meta);
  }
  return (property, refines) => index.get(refines === undefined ? property : `${property} #${refines}`);
}

function authorOf(creator: XmlElement, meta: Meta): Author {
  const id = creator.attributes.get('id');
  const refined = id === undefined ? undefined : meta('role', id);
  const scheme = refined?.attributes.get('scheme') ?? 'marc:relators';
  const role = creator.attributes.get('role') ?? (scheme === 'marc:relators' ? textOf(refined) : null);
  return { name: textOf(creator) ?? '', role: relators.get(role?.trim().toLowerCase() ?? '') ?? 'writer' };
}

/** The day of an ISO date, date with offset or date-time. Calibre writes the year 101 for a date it does not know. */
function dayOf(text: string | undefined): string | null {
  const day = /^(\d{4}-\d{2}-\d{2})(?:$|[T+\-Z])/u.exec(text ?? '')?.[1];
  if (day === undefined || day < '1000') return null;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) ? day : null;
}

function isbnOf(metadata: XmlElement): string | null {
  for (const identifier of texts(metadata, 'identifier')) {
    const isbn = normaliseIsbn(identifier.toLowerCase().replace(/^(?:urn:)?isbn:/u, ''));
    if (isbn !== null) return isbn;
  }
  return null;
}

interface Position {
  series: string | null;
  number: string | null;
}

/** EPUB 3's first collection, else calibre's own metas (`series_index` is a float there: `2.0` is number 2). */
function positionOf(metadata: XmlElement, meta: Meta): Position {
  const collection = meta('belongs-to-collection');
  if (collection) {
    const id = collection.attributes.get('id');
    return { series: textOf(collection), number: id === undefined ? null : textOf(meta('group-position', id)) };
  }
  const calibre = (name: string) =>
    trimToNull(
      descendants(metadata, 'meta')
        .find((element) => element.attributes.get('name') === name)
        ?.attributes.get('content'),
    );
  const series = calibre('calibre:series');
  const index = series === null ? null : calibre('calibre:series_index');
  return { series, number: index?.replace(/\.0+$/u, '') ?? null };
}

function bookPatch(metadata: XmlElement, meta: Meta, { number }: Position): BookPatch {
  const description = descendants(metadata, 'description')[0];
  return {
    title: texts(metadata, 'title')[0] ?? null,
    summary: description === undefined ? null : trimToNull(textOfHtml(allText(description))),
    number,
    numberSort: number === null ? null : parseNumberSort(number),
    releaseDate: dayOf(texts(metadata, 'date')[0]),
    authors: listOrNull(normaliseAuthors(descendants(metadata, 'creator').map((creator) => authorOf(creator, meta)))),
    isbn: isbnOf(metadata),
  };
}

function seriesPatch(root: XmlElement, metadata: XmlElement, { series }: Position): SeriesPatch {
  const spine = childElements(root).find(({ name }) => name === 'spine');
  const language = texts(metadata, 'language')[0];
  return {
    title: series,
    titleSort: series,
    publisher: texts(metadata, 'publisher')[0] ?? null,
    language: language === undefined ? null : normaliseLanguage(language),
    genres: listOrNull(normaliseTags(texts(metadata, 'subject'))),
    readingDirection: directions.get(spine?.attributes.get('page-progression-direction') ?? '') ?? null,
  };
}

/** What the package document of an EPUB says about its book and series; null when it cannot be read. */
export function parseOpf(bytes: Buffer): { book: BookPatch; series: SeriesPatch } | null {
  const text = decodeXml(bytes);
  const root = text === null ? null : parseXml(text);
  const metadata = root && childElements(root).find(({ name }) => name === 'metadata');
  if (!root || !metadata) return null;
  const meta = indexMetas(metadata);
  const position = positionOf(metadata, meta);
  return { book: bookPatch(metadata, meta, position), series: seriesPatch(root, metadata, position) };
}
