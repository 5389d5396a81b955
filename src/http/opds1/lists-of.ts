import { followsPages } from '../../library/follow-pages';
import type { Urn } from '../../opds/urn';
import { acquisitionFeedParts, navigationFeed, type FacetGroup, type Onward } from '../../opds/v1';
import type { NavigationEntry } from '../../opds/v1';
import type { BookView } from '../../search/book-view';
import { findCoveredSeries, findDeliveries } from '../../search/delivery';
import type { SeriesView } from '../../search/series-view';
import type { SliceOf } from '../../search/slice';
import { webPage } from '../opds-address';
import { changeOf, latest } from '../opds-books';
import { pagingOf, type Asked, type FeedDocument, type Filter } from './feed';
import { bookEntry, seriesEntry } from './present';

/** What a list says of itself. */
export interface Head {
  id: Urn;
  title: string;
  subtitle?: string | null;
  /** Its path, without query. */
  path: string;
  /** What it can be narrowed by. */
  filters?: readonly Filter[];
  up: Onward;
  /** Path in OPDS 2.0. */
  twin?: string;
  /** Path of its page in the web UI. */
  page?: string;
  /** Of the thing whose list this is. */
  updated?: Date;
}

function common(asked: Asked, head: Head, total: number, changes: Date[]) {
  const { id, title, subtitle = null, path, filters, up, twin, page, updated = null } = head;
  return {
    ...{ id, title, subtitle, up, site: asked.site },
    twin: twin === undefined ? null : asked.twin(twin),
    page: page === undefined ? null : webPage(asked.at, page),
    updated: latest(updated, ...changes),
    paging: pagingOf(asked, path, total, filters),
  };
}

/** Ways on, already cut to the page. */
export function entriesFeed(asked: Asked, found: SliceOf<NavigationEntry>, head: Head): FeedDocument {
  const changes = found.rows.map(({ updated }) => updated);
  const xml = navigationFeed({ ...common(asked, head, found.total, changes), entries: found.rows });
  return { kind: 'navigation', xml };
}

/** Series as ways to their books; one statement beside that of the list. */
export async function seriesFeed(asked: Asked, found: SliceOf<SeriesView>, head: Head): Promise<FeedDocument> {
  const covered = await findCoveredSeries(
    asked.db,
    found.rows.map(({ id }) => id),
  );
  const rows = found.rows.map((series) => seriesEntry(series, covered.has(series.id), asked.at));
  return entriesFeed(asked, { ...found, rows }, head);
}

/** Books; two statements beside those of the list. */
export async function booksFeed(
  asked: Asked,
  found: SliceOf<BookView>,
  head: Head,
  facets: FacetGroup[] = [],
): Promise<FeedDocument> {
  const ids = found.rows.map(({ id }) => id);
  const [deliveries, follow] = await Promise.all([findDeliveries(asked.db, ids), followsPages(asked.db, asked.viewer)]);
  const writing = { at: asked.at, dialect: asked.dialect, follow };
  const entries = found.rows.map((book) => bookEntry(book, deliveries.get(book.id), writing));
  const changes = found.rows.flatMap((book) => [changeOf(book), book.progress?.modifiedAt ?? changeOf(book)]);
  const feed = { ...common(asked, head, found.total, changes), facets, entries };
  return {
    kind: 'acquisition',
    xml: {
      source: { ...feed, self: feed.paging.href(feed.paging.page) },
      length: entries.length,
      parts: () => acquisitionFeedParts(feed),
    },
  };
}
