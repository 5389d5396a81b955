import path from 'node:path';
import { fail } from '../base/errors';
import { decodeXml, scanXml } from './xml';

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

/** A link in a document of the archive as a path inside the archive, without its fragment; null when it leads outside. */
export function resolveName(document: string, link: string): string | null {
  if (/^[a-z][\w+.-]*:/iu.test(link) || link.startsWith('/')) return null;
  const plain = link.split(/[?#]/u)[0] ?? '';
  const joined = path.posix.join(path.posix.dirname(document), decodeLink(plain));
  return plain === '' || joined.startsWith('../') || joined === '..' ? null : joined;
}

function decodeLink(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}

function packageName(container: string): string | null {
  let found: string | null = null;
  scanXml(container, {
    open(name, attributes) {
      if (name === 'rootfile') found ??= attributes['full-path'] ?? null;
    },
  });
  return found;
}

/** Reads the package document. `read` gives an entry of the archive by name. */
export async function readPackage(read: (name: string) => Promise<Buffer | null>): Promise<EpubPackage> {
  const container = await read('META-INF/container.xml');
  const name = container && packageName(decodeXml(container));
  const document = name ? await read(name) : null;
  if (!name || !document) throw fail('ERR_1005', { reason: 'no package document' });
  return parsePackage(name, decodeXml(document));
}

function parsePackage(name: string, text: string): EpubPackage {
  const items: EpubItem[] = [];
  const order: string[] = [];
  const result = { fixedLayout: false, direction: null as EpubPackage['direction'], coverId: '' };
  let property = '';
  scanXml(text, {
    open(tag, attributes) {
      property = tag === 'meta' ? (attributes['property'] ?? '') : '';
      if (tag === 'item') items.push(itemOf(name, attributes));
      if (tag === 'itemref') order.push(attributes['idref'] ?? '');
      if (tag === 'spine') result.direction = directionOf(attributes['page-progression-direction']);
      if (tag === 'meta' && attributes['name'] === 'cover') result.coverId = attributes['content'] ?? '';
      if (tag === 'meta' && attributes['name'] === 'fixed-layout')
        result.fixedLayout ||= attributes['content'] === 'true';
    },
    text(value) {
      if (property === 'rendition:layout') result.fixedLayout ||= value.trim() === 'pre-paginated';
    },
    close() {
      property = '';
    },
  });
  const byId = new Map(items.map((item) => [item.id, item]));
  const spine = order.flatMap((id) => byId.get(id) ?? []);
  const cover =
    items.find(({ properties }) => properties.includes('cover-image')) ??
    byId.get(result.coverId) ??
    byId.get('cover-image') ??
    null;
  return { name, text, items, spine, cover, fixedLayout: result.fixedLayout, direction: result.direction };
}

function itemOf(document: string, attributes: Record<string, string>): EpubItem {
  return {
    id: attributes['id'] ?? '',
    name: resolveName(document, attributes['href'] ?? ''),
    mediaType: attributes['media-type'] ?? 'application/octet-stream',
    properties: (attributes['properties'] ?? '').split(/\s+/u).filter(Boolean),
  };
}

const directionOf = (value: string | undefined) => (value === 'ltr' || value === 'rtl' ? value : null);

/** What a document of the book shows: its pictures, and how many letters of text its body has. */
export function documentContent(name: string, text: string): { pictures: (string | null)[]; letters: number } {
  const pictures = new Set<string | null>();
  let letters = 0;
  let inBody = false;
  let hidden = 0;
  scanXml(text, {
    open(tag, attributes) {
      if (tag === 'body') inBody = true;
      if (tag === 'script' || tag === 'style') hidden++;
      const link = tag === 'img' ? attributes['src'] : tag === 'image' ? attributes['href'] : undefined;
      if (link !== undefined) pictures.add(resolveName(name, link));
    },
    text(value) {
      if (inBody && hidden === 0) letters += value.replace(/\s+/gu, '').length;
    },
    close(tag) {
      if (tag === 'script' || tag === 'style') hidden--;
    },
  });
  return { pictures: [...pictures], letters };
}
