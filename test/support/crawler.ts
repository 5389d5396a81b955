import { pictureType } from '../../src/media/picture-type';
import { childrenOf } from './opds-words';
import { isPublication, linksOf } from './opds-entry-rules';
import { attribute, xmlTree, type XmlElement } from './xml-tree';

export interface Answer {
  url: string;
  status: number;
  headers: Headers;
  body: Buffer;
}

/** Asks as KOReader does: no redirect is followed, nothing compressed is taken. */
export async function ask(url: string, authorization: string | null, method = 'GET'): Promise<Answer> {
  const headers = { 'accept-encoding': 'identity', ...(authorization ? { authorization } : {}) };
  const response = await fetch(url, { method, headers, redirect: 'manual' });
  return { url, status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

export const basic = ({ email, password }: { email: string; password: string }): string =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

/** A way that a document shows, and as what it is announced. */
export interface Way {
  url: string;
  type: string;
  from: string;
  /** Pictures of pages and covers have to be what the link says; feeds are walked on; the page after the last is absent. */
  kind: 'document' | 'picture' | 'file' | 'absent';
}

const pictureRels = ['http://opds-spec.org/image', 'http://opds-spec.org/image/thumbnail'];

/** First and last page of a stream, at the width of a small screen and as they are. */
function pagesOf(link: XmlElement): string[] {
  const template = attribute(link, 'href') ?? '';
  const last = Number(attribute(link, 'pse:count')) - 1;
  return [...new Set([0, last])].flatMap((page) =>
    ['16', '1600'].map((width) => template.replace('{pageNumber}', String(page)).replace('{maxWidth}', width)),
  );
}

function waysOfLink(link: XmlElement, from: string): Way[] {
  const [rel = '', type = '', href = ''] = ['rel', 'type', 'href'].map((name) => attribute(link, name));
  if (rel === 'http://vaemendis.net/opds-pse/stream') {
    const beyond = href.replace('{pageNumber}', attribute(link, 'pse:count') ?? '').replace('{maxWidth}', '1600');
    const pages = pagesOf(link).map((url) => ({ url, type, from, kind: 'picture' as const }));
    return [...pages, { url: beyond, type, from, kind: 'absent' }];
  }
  if (rel === 'search' && type === 'application/atom+xml')
    return [{ url: href.replace('{searchTerms}', 'lamp'), type, from, kind: 'document' }];
  if (pictureRels.includes(rel)) return [{ url: href, type, from, kind: 'picture' }];
  if (rel.startsWith('http://opds-spec.org/acquisition')) return [{ url: href, type, from, kind: 'file' }];
  return [{ url: href, type, from, kind: 'document' }];
}

/** Every link of a feed, entry document or search description of OPDS 1.2. */
export function waysOf({ url, body }: Answer): Way[] {
  const { root } = xmlTree(body.toString('utf8'));
  if (root === null) return [];
  if (root.local === 'OpenSearchDescription') {
    return childrenOf(root, 'Url', root.uri).map((element) => ({
      url: (attribute(element, 'template') ?? '').replace('{searchTerms}', 'lamp'),
      type: attribute(element, 'type') ?? '',
      from: url,
      kind: 'document' as const,
    }));
  }
  const elements = [root, ...childrenOf(root, 'entry')];
  return elements.flatMap((element) => linksOf(element)).flatMap((link) => waysOfLink(link, url));
}

const plain = (type: string): string => type.split(';')[0]?.trim() ?? '';

/** What is wrong with an answer, measured by the link that led there. */
export function answerProblems({ status, headers, body }: Answer, way: Way): string[] {
  const at = `${way.url} (from ${way.from})`;
  if (way.kind === 'absent') return status === 404 ? [] : [`${status}, not 404, beyond the last page: ${at}`];
  if (status !== 200) return [`${status} ${at}`];
  const problems: string[] = [];
  const type = headers.get('content-type') ?? '';
  const isExact = way.type.includes('profile=') ? type === way.type : plain(type) === plain(way.type);
  if (!isExact) problems.push(`answered as ${type}, announced as ${way.type}: ${at}`);
  if (way.kind === 'picture' && pictureType(body) !== way.type) problems.push(`holds ${pictureType(body)}: ${at}`);
  if (headers.get('content-encoding') !== null) problems.push(`compressed: ${at}`);
  if (way.kind === 'file' && body.length === 0) problems.push(`empty file: ${at}`);
  return problems;
}

export interface Walk {
  /** Every document, by its address. */
  documents: Map<string, Answer>;
  /** Addresses of everything that was asked for. */
  visited: Set<string>;
  problems: string[];
}

export interface WalkOptions {
  follow: (way: Way) => boolean;
  ways: (answer: Answer) => Way[];
  check: (answer: Answer) => string[];
  /** Of what HEAD is asked too, and has to have the headers of GET. */
  head?: (way: Way) => boolean;
}

const compared = ['content-type', 'content-length', 'etag', 'last-modified', 'content-disposition', 'accept-ranges'];

async function headProblems(get: Answer, authorization: string | null): Promise<string[]> {
  const head = await ask(get.url, authorization, 'HEAD');
  const differ = compared.filter((name) => head.headers.get(name) !== get.headers.get(name));
  if (head.status === get.status && differ.length === 0 && head.body.length === 0) return [];
  return [`HEAD ${head.status}, ${head.body.length} bytes, other ${differ.join()}: ${get.url}`];
}

/** Breadth-first through everything that can be reached; `follow` chooses, `check` looks at each document. */
export async function walk(start: Way, authorization: string | null, options: WalkOptions): Promise<Walk> {
  const found: Walk = { documents: new Map(), visited: new Set([start.url]), problems: [] };
  let level = [start];
  while (level.length > 0) {
    const next: Way[] = [];
    for (const way of level) {
      const answer = await ask(way.url, authorization);
      found.problems.push(...answerProblems(answer, way));
      if (options.head?.(way)) found.problems.push(...(await headProblems(answer, authorization)));
      if (way.kind !== 'document' || answer.status !== 200) continue;
      found.documents.set(way.url, answer);
      found.problems.push(...options.check(answer).map((problem) => `${problem}: ${way.url}`));
      for (const onward of options.ways(answer).filter(options.follow)) {
        if (found.visited.has(onward.url)) continue;
        found.visited.add(onward.url);
        next.push(onward);
      }
    }
    level = next;
  }
  return found;
}

/** Ids and titles of the entries of a feed. */
export function entriesOf(xml: string): { id: string; title: string; isBook: boolean }[] {
  const { root } = xmlTree(xml);
  if (root === null) return [];
  return childrenOf(root, 'entry').map((entry) => ({
    id: childrenOf(entry, 'id')[0]?.text ?? '',
    title: childrenOf(entry, 'title')[0]?.text ?? '',
    isBook: isPublication(entry),
  }));
}
