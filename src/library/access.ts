import { forbidden, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { canSeeBook, canSeeSeries, type Visibility } from '../search/viewer-where';
import type { Viewer } from '../search/viewer';

function refuse(visibility: Visibility): void {
  if (visibility === 'unknown') throw notFound();
  if (visibility === 'forbidden') throw forbidden();
}

/** Throws 404 for an unknown book, 403 for one that the viewer may not see. The same for series. */
export async function requireBook(db: Database, viewer: Viewer, id: string): Promise<void> {
  refuse(await canSeeBook(db, viewer, id));
}

export async function requireSeries(db: Database, viewer: Viewer, id: string): Promise<void> {
  refuse(await canSeeSeries(db, viewer, id));
}
