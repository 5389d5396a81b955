import { HttpFailure } from '../base/errors';
import type { Database } from '../db/database';
import type { ServerEvent } from '../queue/events';
import { getCollection, getReadList } from '../search/find-lists';
import { isAdmin, type Viewer } from '../search/viewer';
import { isRestricted } from '../search/viewer-where';
import { visibleBooksAmong, visibleSeriesAmong } from '../search/visible-among';

interface Seen {
  series: ReadonlySet<string>;
  books: ReadonlySet<string>;
}

/**
 * The events that a viewer may hear of, with the members of lists that the viewer may see. Two statements for any number
 * of events, none for who may see everything (komga-rest.md §21; Komga tells everybody everything).
 */
export async function eventsFor(db: Database, viewer: Viewer, events: ServerEvent[]): Promise<ServerEvent[]> {
  const own = events.filter((event) => isOwn(viewer, event));
  if (!isRestricted(viewer)) return own;
  const [series, books] = await Promise.all([
    visibleSeriesAmong(db, viewer, [...new Set(own.flatMap(seriesOf))]),
    visibleBooksAmong(db, viewer, [...new Set(own.flatMap(booksOf))]),
  ]);
  const told = await Promise.all(own.map((event) => visiblePart(db, viewer, event, { series, books })));
  return told.filter((event) => event !== null);
}

/** What concerns one user is for that user; what names files is for administrators. */
function isOwn(viewer: Viewer, event: ServerEvent): boolean {
  if (event.type === 'CredentialsChanged' || event.type === 'TasksRun') return false;
  if (event.type === 'BookImported') return isAdmin(viewer);
  return !('userId' in event) || event.userId === viewer.userId;
}

function seriesOf(event: ServerEvent): string[] {
  if ('seriesIds' in event) return event.seriesIds;
  return 'seriesId' in event ? [event.seriesId] : [];
}

const booksOf = (event: ServerEvent): string[] => ('bookIds' in event ? event.bookIds : []);

const seesLibrary = (viewer: Viewer, id: string): boolean =>
  isAdmin(viewer) || viewer.libraryIds === null || viewer.libraryIds.includes(id);

async function visiblePart(
  db: Database,
  viewer: Viewer,
  event: ServerEvent,
  { series, books }: Seen,
): Promise<ServerEvent | null> {
  if ('userId' in event || event.type === 'BookImported') return event;
  if ('seriesIds' in event) return withMembers(event, 'seriesIds', series);
  if ('bookIds' in event) return withMembers(event, 'bookIds', books);
  if ('collectionId' in event) return (await isThere(getCollection(db, viewer, event.collectionId))) ? event : null;
  if ('readListId' in event) return (await isThere(getReadList(db, viewer, event.readListId))) ? event : null;
  if ('libraryId' in event && !seesLibrary(viewer, event.libraryId)) return null;
  // the row is gone, so that nothing says who could see it; an id that nothing has any more tells nothing either
  if (event.type === 'SeriesDeleted' || event.type === 'BookDeleted' || !('seriesId' in event)) return event;
  return series.has(event.seriesId) ? event : null;
}

type ListEvent = Extract<ServerEvent, { seriesIds: string[] } | { bookIds: string[] }>;

/** A list of which nothing may be seen does not exist for the viewer; one that lost its members may have had some. */
function withMembers(event: ListEvent, key: string, visible: ReadonlySet<string>): ServerEvent | null {
  const ids = 'seriesIds' in event ? event.seriesIds : event.bookIds;
  const seen = ids.filter((id) => visible.has(id));
  if (seen.length === 0 && ids.length > 0) return null;
  return { ...event, [key]: seen };
}

async function isThere(found: Promise<unknown>): Promise<boolean> {
  try {
    await found;
    return true;
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return false;
    throw error;
  }
}
