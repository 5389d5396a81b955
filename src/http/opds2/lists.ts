import type { JsonObject } from '../../opds/json';
import {
  opds2Feed,
  opds2FeedParts,
  type FacetGroup,
  type Feed2,
  type NavigationLink,
  type Publication,
} from '../../opds/v2';
import type { BookView } from '../../search/book-view';
import { findDeliveries } from '../../search/delivery';
import type { SliceOf } from '../../search/slice';
import { webPage } from '../opds-address';
import { changeOf, latest } from '../opds-books';
import type { Unwritten } from '../opds-feed';
import { pagingOf, type Asked, type Filter } from './feed';
import { publication } from './present';

/** What a list says of itself. */
export interface Head {
  title: string;
  description?: string | null;
  /** Its path, without query. */
  path: string;
  filters?: readonly Filter[];
  up: { href: string; title?: string };
  /** Path and kind in OPDS 1.2. */
  twin?: { path: string; kind: 'navigation' | 'acquisition' };
  /** Path of its page in the web UI. */
  page?: string;
  updated?: Date;
}

function common(asked: Asked, head: Head, total: number, changes: Date[]): Feed2 {
  const { title, description = null, path, filters = [], up, twin, page, updated = null } = head;
  return {
    ...{ site: asked.site, title, description, up },
    updated: latest(updated, ...changes),
    twin: twin ? { href: asked.twin(twin.path), kind: twin.kind } : null,
    page: page === undefined ? null : webPage(asked.at, page),
    paging: pagingOf(asked, path, total, filters),
  };
}

/** Ways on, already cut to the page. */
export function linksFeed(
  asked: Asked,
  found: SliceOf<NavigationLink>,
  head: Head,
  facets: FacetGroup[] = [],
): JsonObject {
  return opds2Feed({ ...common(asked, head, found.total, []), navigation: found.rows, facets });
}

/** One statement beside that of the list. */
export async function publicationsOf({ db, at, dialect }: Asked, books: BookView[]): Promise<Publication[]> {
  const deliveries = await findDeliveries(
    db,
    books.map(({ id }) => id),
  );
  return books.map((book) => publication(book, deliveries.get(book.id), { at, dialect }));
}

export async function booksFeed(
  asked: Asked,
  found: SliceOf<BookView>,
  head: Head,
  facets: FacetGroup[] = [],
): Promise<Unwritten> {
  const changes = found.rows.map((book) => latest(changeOf(book), book.progress?.modifiedAt ?? null));
  const publications = await publicationsOf(asked, found.rows);
  const feed = { ...common(asked, head, found.total, changes), publications, facets };
  return {
    source: { ...feed, self: feed.paging?.href(feed.paging.page) },
    length: publications.length,
    parts: () => opds2FeedParts(feed),
  };
}
