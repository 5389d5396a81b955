import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type Koa from 'koa';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HttpState } from '../../src/http/context';
import { hear, unpacked } from './heard';
import { opdsProblems } from './opds-rules';
import { opds2Problems } from './opds2-rules';
import { opds2Schemas, type Opds2Schemas } from './opds2-schemas';
import { pseLinksOf } from './pse-links';
import { referenceDir } from './reference';
import { filesProblems, hasXmllint } from './relax-ng';

interface Seen {
  url: string;
  type: string;
  text: string;
}

export interface OpdsDocuments {
  /** What is wrong with all documents so far, by the schemas and by our rules. */
  faults(): string[];
}

const xmlTypes = ['application/atom+xml', 'application/opensearchdescription+xml'];
const jsonKinds: Record<string, keyof Opds2Schemas> = {
  'application/opds+json': 'feed',
  'application/opds-publication+json': 'publication',
  'application/divina+json': 'manifest',
  'application/webpub+json': 'manifest',
  'application/opds-authentication+json': 'authentication',
  'application/opds-progression+json': 'progression',
};
const plain = (type: string): string => type.split(';')[0]?.trim() ?? '';
const isDocument = (type: string): boolean => xmlTypes.includes(plain(type)) || plain(type) in jsonKinds;

/** A page that a test asks for beyond the end is none that a link leads to, which the crawlers see. */
const isAskedFor = (problem: string): boolean => problem.startsWith('empty page beyond the end');

function rulesOf({ type, text }: Seen): string[] {
  if (xmlTypes.includes(plain(type)))
    return opdsProblems(text, { contentType: type }).filter((one) => !isAskedFor(one));
  const kind = jsonKinds[plain(type)];
  const hasRules = kind === 'feed' || kind === 'publication' || kind === 'manifest';
  return hasRules ? opds2Problems(JSON.parse(text), { contentType: type }) : [];
}

let schemas: Opds2Schemas | undefined;

function jsonFaults(directory: string, { type, text }: Seen): string[] {
  const kind = jsonKinds[plain(type)];
  schemas ??= opds2Schemas(directory);
  return kind === undefined ? [] : schemas[kind](JSON.parse(text));
}

const schemaOf = (directory: string, name: string) => path.join(directory, 'reference/opds-schemas/opds1', name);

/** All XML documents by one run of xmllint a schema; stream links, which the schema of OPDS does not know, by their own. */
function xmlFaults(directory: string, documents: Seen[]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-opds-'));
  const files = (name: string, texts: string[]) =>
    texts.map((text, index) => {
      const file = path.join(folder, `${name}-${index}.xml`);
      writeFileSync(file, text);
      return file;
    });
  try {
    const feeds = documents.filter(({ type }) => plain(type) === 'application/atom+xml').map(({ text }) => text);
    const searches = documents.filter(({ type }) => plain(type) === xmlTypes[1]).map(({ text }) => text);
    return [
      ...filesProblems(schemaOf(directory, 'opds-1.2.fixed.rng'), files('feed', feeds)),
      ...filesProblems(schemaOf(directory, 'opensearch-1.1.rng'), files('search', searches)),
      ...filesProblems(schemaOf(directory, 'opds-pse-1.2.rng'), files('stream', pseLinksOf(feeds))),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function faultsOf(documents: Seen[]): string[] {
  const own = documents.flatMap((seen) => rulesOf(seen).map((problem) => `${seen.url}: ${problem}`));
  if (referenceDir === null) return own;
  const directory = referenceDir;
  const json = documents.flatMap((seen) => jsonFaults(directory, seen).map((fault) => `${seen.url}: ${fault}`));
  const xml = documents.filter(({ type }) => xmlTypes.includes(plain(type)));
  return [...own, ...json, ...(hasXmllint && xml.length > 0 ? xmlFaults(directory, xml) : [])];
}

interface Gathered extends OpdsDocuments {
  /** One that was sent; what is no document is passed over. */
  see(url: string, type: string, text: string): void;
}

/** Every different document of the tests of a file, to be judged at their end. */
export function gatherOpds(): Gathered {
  const seen = new Map<string, Seen>();
  return {
    see(url, type, text) {
      if (text !== '' && isDocument(type))
        seen.set(createHash('sha1').update(type).update(text).digest('hex'), { url, type, text });
    },
    faults: () => faultsOf([...seen.values()]),
  };
}

/** Whether documents of OPDS lie at this path, below whatever base. */
export const isOpdsPath = (at: string): boolean => /^(\/[\w.~-]+)*\/opds/i.test(at);

/** Keeps every different document that an application sends. */
export function watchOpds(app: Koa<HttpState>): OpdsDocuments {
  const gathered = gatherOpds();
  app.middleware.unshift(async (ctx, next) => {
    const chunks = isOpdsPath(ctx.path) ? hear(ctx.res, isDocument).chunks : [];
    const url = ctx.url;
    ctx.res.once('finish', () => {
      if (chunks.length === 0) return;
      const bytes = unpacked(Buffer.concat(chunks), ctx.res.getHeader('content-encoding'));
      gathered.see(url, String(ctx.res.getHeader('content-type')), bytes.toString('utf8'));
    });
    await next();
  });
  return gathered;
}
