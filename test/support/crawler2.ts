import { type Answer, type Way } from './crawler';

type Item = Record<string, unknown>;

const isObject = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object with an address, wherever it stands in a document. */
function linksIn(value: unknown): Item[] {
  if (Array.isArray(value)) return value.flatMap(linksIn);
  if (!isObject(value)) return [];
  const own = typeof value['href'] === 'string' ? [value] : [];
  return [...own, ...Object.values(value).flatMap(linksIn)];
}

/** Files of books, what lies inside an EPUB, its list of places: all that holds no links of a catalogue. */
function kindOf(type: string, rel: string): Way['kind'] {
  if (type.startsWith('image/')) return 'picture';
  const isFile = rel.startsWith('http://opds-spec.org/acquisition') || !type.endsWith('+json');
  return isFile || /position-list/.test(type) ? 'file' : 'document';
}

/** The page after the last of a manifest that lists pages. */
function beyond(document: unknown, from: string): Way[] {
  const pages =
    isObject(document) && Array.isArray(document['readingOrder']) ? (document['readingOrder'] as Item[]) : [];
  const last = String(pages.at(-1)?.['href']);
  const url = last.replace(/\/pages\/\d+$/, `/pages/${pages.length + 1}`);
  return url === last ? [] : [{ url, type: '', from, kind: 'absent' }];
}

/** Every link of a document of OPDS 2.0: feeds, publications, manifests. */
export function waysOf2({ url, body }: Answer): Way[] {
  const document = JSON.parse(body.toString('utf8')) as unknown;
  const ways = linksIn(document).map(({ href, type, rel }) => ({
    url: String(href).replace('{?query}', '?query=lamp'),
    type: String(type),
    from: url,
    kind: kindOf(String(type), String(rel)),
  }));
  return [...ways, ...beyond(document, url)];
}
