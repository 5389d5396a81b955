import path from 'node:path';
import { fail } from '../base/errors';
import { allText, decodeXml, descendants, parseXml, type XmlElement } from '../base/xml';

export interface EpubItem {
  id: string;
  /** Path inside the archive; null when the link leaves it. */
  name: string | null;
  mediaType: string;
  properties: string[];
}

/** The package document (OPF) of an EPUB, as far as reading the book needs it. */
export interface EpubPackage {
  /** Path of the document inside the archive. */
  name: string;
  /** Its text, for whoever reads metadata. */
  text: string;
  items: EpubItem[];
  /** Items in reading order. */
  spine: EpubItem[];
  cover: EpubItem | null;
  fixedLayout: boolean;
  direction: 'ltr' | 'rtl' | null;
}

function decodeLink(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}

/** A link in a document of the archive as a path inside the archive, without its fragment; null when it leads outside. */
export function resolveName(document: string, link: string): string | null {
  if (/^[a-z][\w+.-]*:/iu.test(link) || link.startsWith('/')) return null;
  const plain = link.split(/[?#]/u)[0] ?? '';
  const joined = path.posix.join(path.posix.dirname(document), decodeLink(plain));
  return plain === '' || joined.startsWith('../') || joined === '..' ? null : joined;
}

/** As `resolveName`, with the fragment, which alone stands for a place in the document itself. */
export function resolveLink(document: string, link: string): string | null {
  const at = link.indexOf('#');
  const fragment = at < 0 ? '' : link.slice(at);
  const name = at === 0 ? document : resolveName(document, link);
  return name === null ? null : `${name}${fragment}`;
}

function packageName(container: string): string | null {
  const root = parseXml(container);
  const [first] = root ? descendants(root, 'rootfile') : [];
  return first?.attributes.get('full-path') ?? null;
}

/** Reads the package document. `read` gives an entry of the archive by name. */
export async function readPackage(read: (name: string) => Promise<Buffer | null>): Promise<EpubPackage> {
  const container = await read('META-INF/container.xml');
  const name = container && packageName(decodeXml(container) ?? '');
  const document = name ? await read(name) : null;
  const text = document && decodeXml(document);
  const root = text ? parseXml(text) : null;
  if (!name || !text || !root) throw fail('ERR_1005', { reason: 'no package document' });
  return parsePackage(name, text, root);
}

function parsePackage(name: string, text: string, root: XmlElement): EpubPackage {
  const metas = descendants(root, 'meta');
  const items = descendants(root, 'item').map((item) => itemOf(name, item));
  const byId = new Map(items.map((item) => [item.id, item]));
  const order = descendants(root, 'itemref').map((item) => item.attributes.get('idref') ?? '');
  const named = metas.find((meta) => meta.attributes.get('name') === 'cover')?.attributes.get('content') ?? '';
  const direction = descendants(root, 'spine')[0]?.attributes.get('page-progression-direction');
  return {
    name,
    text,
    items,
    spine: order.flatMap((id) => byId.get(id) ?? []),
    cover:
      items.find(({ properties }) => properties.includes('cover-image')) ??
      byId.get(named) ??
      byId.get('cover-image') ??
      null,
    fixedLayout: metas.some(saysFixed),
    direction: direction === 'ltr' || direction === 'rtl' ? direction : null,
  };
}

function saysFixed(meta: XmlElement): boolean {
  if (meta.attributes.get('name') === 'fixed-layout') return meta.attributes.get('content') === 'true';
  return meta.attributes.get('property') === 'rendition:layout' && allText(meta).trim() === 'pre-paginated';
}

function itemOf(document: string, { attributes }: XmlElement): EpubItem {
  return {
    id: attributes.get('id') ?? '',
    name: resolveName(document, attributes.get('href') ?? ''),
    mediaType: attributes.get('media-type') ?? 'application/octet-stream',
    properties: (attributes.get('properties') ?? '').split(/\s+/u).filter(Boolean),
  };
}

/** All text that is shown, so without that of scripts and style sheets. */
function shownText(element: XmlElement): string {
  if (element.name === 'script' || element.name === 'style') return '';
  return element.children.map((child) => (typeof child === 'string' ? child : shownText(child))).join('');
}

/** What a document of the book shows: its pictures, and how many letters of text its body has. Null for broken ones. */
export function documentContent(name: string, bytes: Buffer): { pictures: (string | null)[]; letters: number } | null {
  const root = parseXml(decodeXml(bytes) ?? '');
  if (!root) return null;
  const links = [
    ...descendants(root, 'img').map(({ attributes }) => attributes.get('src')),
    ...descendants(root, 'image').map(({ attributes }) => attributes.get('href')),
  ];
  const pictures = new Set(links.map((link) => (link === undefined ? null : resolveName(name, link))));
  const text = [...(root.name === 'body' ? [root] : []), ...descendants(root, 'body')].map(shownText).join('');
  return { pictures: [...pictures], letters: text.replace(/\s+/gu, '').length };
}
