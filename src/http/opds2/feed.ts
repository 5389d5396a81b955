import { z } from 'zod';
import { publicId } from '../../base/public-id';
import type { Database } from '../../db/database';
import type { JsonObject } from '../../opds/json';
import { feed2Type, type Dialect } from '../../opds/media-types';
import { pageHref, type Paging } from '../../opds/paging';
import type { Site2 } from '../../opds/v2';
import { getLibrary } from '../../search/find-libraries';
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

const largestPage = 100;
const defaultSize = 20;

/** What every feed understands; nothing here fails, since apps leave template variables in addresses. */
const feedQuery = z.object({
  page: sliceParameters.page,
  size: sliceParameters.size.transform((size) => Math.min(size, largestPage)),
  query: text(),
  search: text(),
  publisher: manyWhole(),
  tag: manyWhole(),
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
  site: Site2;
  dialect: Dialect;
  /** Address of the same thing in OPDS 1.2. */
  twin: Address;
}

/** All libraries, or one of them: Komga's lists exist for both. */
export interface Scope {
  /** `libraries` or `libraries/{id}`. */
  path: string;
  title: string;
  libraryId: string | null;
}

export const siteOf = (at: Address): Site2 => ({ start: at('catalog'), searchTemplate: `${at('search')}{?query}` });

function askedBy(ctx: HttpContext, db: Database, viewer: Viewer, query: FeedQuery): Asked {
  const at = opdsAddress(ctx, 'v2');
  const slice = { page: query.page, size: query.size, unpaged: false };
  return { db, viewer, query, slice, at, site: siteOf(at), dialect: dialectFor(ctx), twin: opdsAddress(ctx, 'v1.2') };
}

/** The parts of a query that choose what is listed. */
export type Filter = 'search' | 'publisher' | 'tag' | 'status' | 'library';

/** The given filters as they stand in addresses. */
export function filterParameters(query: FeedQuery, filters: readonly Filter[]): Parameters {
  const valuesOf = (name: Filter) => (name === 'library' ? query.library.map(publicId) : [query[name] ?? []].flat());
  return filters.flatMap((name) => valuesOf(name).map((value) => [name, value] as const));
}

/** One address a page, however it was reached: with the filters that the list follows, and the size that was asked for. */
export function pagingOf({ query, slice, at }: Asked, path: string, total: number, filters: readonly Filter[]): Paging {
  const size: Parameters = slice.size === defaultSize ? [] : [['size', String(slice.size)]];
  const first = at(withQuery(path, [...filterParameters(query, filters), ...size]));
  return { total, size: slice.size, page: slice.page, href: (page) => pageHref(first, page) };
}

export const home = ({ site }: Asked) => ({ href: site.start, title: 'Home' });

type Build<P> = (asked: Asked, subject: P) => Promise<JsonObject | Unwritten>;

/** JSON under its own type, for one user only. */
export function sendDocument(ctx: HttpContext, type: string, document: object): void {
  ctx.vary(variesBy);
  sendText(ctx, type, JSON.stringify(document));
}

const isUnwritten = (document: JsonObject | Unwritten): document is Unwritten =>
  typeof document['parts'] === 'function';

async function answer(ctx: HttpContext, document: Promise<JsonObject | Unwritten>): Promise<void> {
  const built = await document;
  if (!isUnwritten(built)) return sendDocument(ctx, feed2Type, built);
  ctx.vary(variesBy);
  await sendList(ctx, feed2Type, built);
}

const common = { method: 'get', tag: 'OPDS 2.0', access: 'any', query: feedQuery, reply: 'bytes' } as const;
const produces = [feed2Type];
const anyId = z.object({ id: entityId() });
const everywhere: Scope = { path: 'libraries', title: 'All libraries', libraryId: null };

/** A feed of its own. */
export function feed({ db }: HttpDeps, path: string, id: string, summary: string, build: Build<undefined>): Route {
  return route({
    ...{ ...common, path: `/opds/v2/${path}`, id, summary, produces },
    handler: ({ ctx, viewer, query }) => answer(ctx, build(askedBy(ctx, db, viewer, query), undefined)),
  });
}

/** The feed of a thing with an id. */
export function feedOf({ db }: HttpDeps, path: string, id: string, summary: string, build: Build<string>): Route {
  return route({
    ...{ ...common, path: `/opds/v2/${path}/:id`, id, summary, produces, params: anyId },
    handler: ({ ctx, viewer, query, params }) => answer(ctx, build(askedBy(ctx, db, viewer, query), params.id)),
  });
}

/** A list over all libraries, and the same over one of them. */
export function scoped(deps: HttpDeps, path: string, id: string, summary: string, build: Build<Scope>): Route[] {
  const below = path === '' ? '' : `/${path}`;
  return [
    feed(deps, `libraries${below}`, id, summary, (asked) => build(asked, everywhere)),
    route({
      ...{ ...common, path: `/opds/v2/libraries/:id${below}`, params: anyId },
      ...{ id: `${id}OfLibrary`, summary: `${summary}, of one library`, produces },
      handler: async ({ ctx, viewer, query, params }) => {
        const { id: libraryId, name: title } = await getLibrary(deps.db, viewer, params.id);
        const scope = { path: `libraries/${publicId(libraryId)}`, title, libraryId };
        await answer(ctx, build(askedBy(ctx, deps.db, viewer, query), scope));
      },
    }),
  ];
}
