import { z } from 'zod';
import { publicId } from '../../base/public-id';
import type { Database } from '../../db/database';
import { feedTypes, type Dialect, type Kind } from '../../opds/media-types';
import { pageHref, type Paging } from '../../opds/paging';
import type { SearchTemplate } from '../../opds/open-search';
import type { Onward, Site } from '../../opds/v1';
import type { Slice } from '../../search/slice';
import type { Viewer } from '../../search/viewer';
import type { HttpContext } from '../context';
import type { HttpDeps } from '../deps';
import { entityId, manyWhole, sliceParameters, text } from '../input';
import { opdsAddress, withQuery, type Address, type Parameters } from '../opds-address';
import { sendList, type Unwritten } from '../opds-feed';
import { dialectFor, variesBy } from '../opds-books';
import { narrowingParameters } from '../opds-narrow';
import { sendText } from '../reply';
import { route, type Route } from '../route';

/** Longer documents make small readers slow (opds.md §2.16). */
const largestPage = 100;
const defaultSize = 20;

/** What every feed understands. Nothing here fails: apps leave template variables in addresses (opds.md §1.11). */
const feedQuery = z.object({
  page: sliceParameters.page,
  size: sliceParameters.size.transform((size) => Math.min(size, largestPage)),
  search: text(),
  publisher: manyWhole(),
  genre: manyWhole(),
  tag: manyWhole(),
  letter: text(),
  ...narrowingParameters,
});
type FeedQuery = z.output<typeof feedQuery>;

/** A request for a feed. */
export interface Asked {
  db: Database;
  viewer: Viewer;
  query: FeedQuery;
  slice: Slice;
  at: Address;
  site: Site;
  dialect: Dialect;
  /** Address of the same thing in OPDS 2.0. */
  twin: Address;
}

/** An answer: the document and what it holds. */
export interface FeedDocument {
  kind: Kind;
  xml: string | Unwritten;
}

const searchPath = 'books?search={searchTerms}';

export function siteOf(at: Address): Site {
  return {
    name: 'KireMisu',
    start: at('catalog'),
    searchDescription: at('search'),
    searchTemplate: at(searchPath) as SearchTemplate,
  };
}

function askedBy(ctx: HttpContext, db: Database, viewer: Viewer, query: FeedQuery): Asked {
  const at = opdsAddress(ctx, 'v1.2');
  const slice = { page: query.page, size: query.size, unpaged: false };
  return { db, viewer, query, slice, at, site: siteOf(at), dialect: dialectFor(ctx), twin: opdsAddress(ctx, 'v2') };
}

/** The parts of a query that choose what is listed. */
export type Filter = Exclude<keyof FeedQuery, 'page' | 'size'>;

/** The given filters as they stand in addresses. */
export function filterParameters(query: FeedQuery, filters: readonly Filter[]): Parameters {
  const valuesOf = (name: Filter) => (name === 'library' ? query.library.map(publicId) : [query[name] ?? []].flat());
  return filters.flatMap((name) => valuesOf(name).map((value) => [name, value] as const));
}

/** One address a page, however it was reached: with the filters that the list follows, and the size that was asked for. */
export function pagingOf(asked: Asked, path: string, total: number, filters: readonly Filter[] = []): Paging {
  const { query, slice } = asked;
  const size: Parameters = slice.size === defaultSize ? [] : [['size', String(slice.size)]];
  const first = asked.at(withQuery(path, [...filterParameters(query, filters), ...size]));
  return { total, size: slice.size, page: slice.page, href: (page) => pageHref(first, page) };
}

/** The root, as the feed above most others. */
export const home = ({ site }: Asked): Onward => ({ href: site.start, kind: 'navigation', title: site.name });

type Build<P> = (asked: Asked, params: P) => Promise<FeedDocument>;

const anyId = z.object({ id: entityId() });

async function answer(ctx: HttpContext, document: Promise<FeedDocument>): Promise<void> {
  const { kind, xml } = await document;
  ctx.vary(variesBy);
  if (typeof xml === 'string') sendText(ctx, feedTypes[kind], xml);
  else await sendList(ctx, feedTypes[kind], xml);
}

const common = { method: 'get', tag: 'OPDS 1.2', access: 'any', query: feedQuery, reply: 'bytes' } as const;
const produces = Object.values(feedTypes);

/** A feed of its own. */
export function feed({ db }: HttpDeps, path: string, id: string, summary: string, build: Build<undefined>): Route {
  return route({
    ...common,
    path: `/opds/v1.2/${path}`,
    ...{ id, summary, produces },
    handler: ({ ctx, viewer, query }) => answer(ctx, build(askedBy(ctx, db, viewer, query), undefined)),
  });
}

/** The feed of a thing with an id. */
export function feedOf({ db }: HttpDeps, path: string, id: string, summary: string, build: Build<string>): Route {
  return route({
    ...common,
    path: `/opds/v1.2/${path}/:id`,
    ...{ id, summary, produces },
    params: anyId,
    handler: ({ ctx, viewer, query, params }) => answer(ctx, build(askedBy(ctx, db, viewer, query), params.id)),
  });
}
