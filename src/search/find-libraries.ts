import { forbidden, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Library } from '../model/library';
import { visibleLibraries } from './viewer-where';
import type { Viewer } from './viewer';

/** The libraries that the viewer may see, by name. */
export async function findLibraries(db: Database, viewer: Viewer): Promise<Library[]> {
  const visible = visibleLibraries(viewer);
  const query = Library.query(db).alias('l').orderByRaw('lower(l.name), l.id');
  return visible ? query.whereRaw(visible.text, [...visible.bindings] as never[]) : query;
}

/** One library. Throws 404 for an unknown one, 403 for one that the viewer may not see. */
export async function getLibrary(db: Database, viewer: Viewer, id: string): Promise<Library> {
  const library = await Library.query(db).findById(id);
  if (!library) throw notFound();
  const visible = await findLibraries(db, viewer);
  if (!visible.some((one) => one.id === id)) throw forbidden();
  return library;
}
