import { allText, childElements, decodeXml, descendants, parseXml, type XmlElement } from '../base/xml';
import { resolveLink, type EpubItem, type EpubPackage } from './epub-package';
import { koboSpansAt, isKepub } from './kobo-spans';

/** A line of a table of contents, a landmark or a page of the printed book. */
export interface OutlineEntry {
  title: string;
  /** Path inside the archive, with fragment; null where the book names none. */
  href: string | null;
  children: OutlineEntry[];
}

/** A document of the spine, and how many positions it has: places that a reader can be at. */
export interface SpinePart {
  name: string;
  mediaType: string;
  positions: number;
  /** Of a KEPUB: the span at each position. */
  spans?: string[];
}

/** How a book of text is put together; kept with the book, since reading it needs the whole file. */
export interface EpubOutline {
  fixedLayout: boolean;
  kepub: boolean;
  spine: SpinePart[];
  toc: OutlineEntry[];
  landmarks: OutlineEntry[];
  pageList: OutlineEntry[];
}

export interface OutlineSource {
  package: EpubPackage;
  /** Every item of the spine is one picture. */
  divina: boolean;
  /** Unpacked bytes of an entry; undefined for one that is not there. */
  sizeOf(name: string): number | undefined;
  read(name: string): Promise<Buffer | null>;
}

/** Bytes of text that count as one position (Readium's rule, komga-media §17.2). */
const positionBytes = 1024;

async function spineOf(source: OutlineSource, fixedLayout: boolean): Promise<Pick<EpubOutline, 'spine' | 'kepub'>> {
  const spine: SpinePart[] = [];
  let kepub = false;
  for (const { name, mediaType } of source.package.spine) {
    const size = name === null ? undefined : source.sizeOf(name);
    if (name === null || size === undefined) continue;
    const positions = fixedLayout ? 1 : Math.max(1, Math.ceil(size / positionBytes));
    const text = mediaType.includes('html') ? (await source.read(name))?.toString('utf8') : undefined;
    const hasSpans = text !== undefined && isKepub(text);
    kepub ||= hasSpans;
    spine.push({ name, mediaType, positions, ...(hasSpans ? { spans: koboSpansAt(text, positions) } : {}) });
  }
  return { spine, kepub };
}

interface Document {
  name: string;
  root: XmlElement;
}

async function documentOf(source: OutlineSource, item: EpubItem | undefined): Promise<Document | null> {
  if (!item?.name) return null;
  const bytes = await source.read(item.name);
  const root = bytes && parseXml(decodeXml(bytes) ?? '');
  return root && { name: item.name, root };
}

const textOf = (element: XmlElement | undefined): string =>
  element === undefined ? '' : allText(element).replace(/\s+/gu, ' ').trim();

/** A list of a navigation document: each item has a link, or a heading without one, and perhaps a list below it. */
function listEntries(document: string, list: XmlElement | undefined): OutlineEntry[] {
  const items = list ? childElements(list).filter(({ name }) => name === 'li') : [];
  return items.map((item) => {
    const children = childElements(item);
    const label = children.find(({ name }) => name === 'a' || name === 'span');
    const link = label?.attributes.get('href');
    return {
      title: textOf(label),
      href: link === undefined ? null : resolveLink(document, link),
      children: listEntries(
        document,
        children.find(({ name }) => name === 'ol'),
      ),
    };
  });
}

/** Null: the document has no such navigation. */
function navigation(document: Document | null, type: string): OutlineEntry[] | null {
  if (!document) return null;
  const all = descendants(document.root, 'nav');
  const nav = all.find(({ attributes }) => (attributes.get('type') ?? '').split(/\s+/u).includes(type));
  return nav ? listEntries(document.name, descendants(nav, 'ol')[0]) : null;
}

/** The older format: points that hold a label, a link and further points. */
function points(document: Document | null, list: 'navMap' | 'pageList', point: string): OutlineEntry[] {
  const entries = (parent: XmlElement): OutlineEntry[] =>
    childElements(parent)
      .filter(({ name }) => name === point)
      .map((element) => {
        const children = childElements(element);
        const link = children.find(({ name }) => name === 'content')?.attributes.get('src');
        return {
          title: textOf(children.find(({ name }) => name === 'navLabel')),
          href: link === undefined || !document ? null : resolveLink(document.name, link),
          children: entries(element),
        };
      });
  const [root] = document ? descendants(document.root, list) : [];
  return root ? entries(root) : [];
}

function guideOf(opf: EpubPackage): OutlineEntry[] {
  const root = parseXml(opf.text);
  const [guide] = root ? descendants(root, 'guide') : [];
  return (guide ? childElements(guide) : [])
    .filter(({ name }) => name === 'reference')
    .map(({ attributes }) => {
      const title = attributes.get('title') ?? attributes.get('type') ?? '';
      return { title, href: resolveLink(opf.name, attributes.get('href') ?? ''), children: [] };
    });
}

const ncxNames = new Set(['toc', 'ncx', 'ncxtoc']);

/** Reads how the book is put together. What of it is broken or missing is empty: the text can still be read. */
export async function readOutline(source: OutlineSource): Promise<EpubOutline> {
  const { package: opf, divina } = source;
  const { items } = opf;
  const nav = await documentOf(
    source,
    items.find(({ properties }) => properties.includes('nav')),
  );
  const ncx = await documentOf(
    source,
    items.find(({ mediaType }) => mediaType === 'application/x-dtbncx+xml') ?? items.find(({ id }) => ncxNames.has(id)),
  );
  const fixedLayout = divina || opf.fixedLayout;
  return {
    fixedLayout,
    ...(await spineOf(source, fixedLayout)),
    toc: navigation(nav, 'toc') ?? points(ncx, 'navMap', 'navPoint'),
    landmarks: navigation(nav, 'landmarks') ?? guideOf(opf),
    pageList: navigation(nav, 'page-list') ?? points(ncx, 'pageList', 'pageTarget'),
  };
}
