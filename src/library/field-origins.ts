import { badRequest, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { Series } from '../model/series';
import type { FieldOrigin } from '../model/values';
import { emit } from '../queue/events';
import type { Queue } from '../queue/tasks';
import { lockSeries } from './locks';
import { bookColumnsOf, bookMetadataOf, freshBook, freshSeries, seriesKeysOf, seriesMetadataOf } from './metadata-rows';

/** One field of a book or series: what it says, since when, and by whom. */
export interface FieldState {
  field: string;
  value: unknown;
  /** Null: nobody has said anything; the name of the file or folder, its place, or nothing. */
  origin: FieldOrigin | null;
  locked: boolean;
}

interface Deps {
  db: Database;
  queue: Queue;
}

interface Described {
  locked: string[];
  provenance: Record<string, FieldOrigin>;
}

const statesOf = (metadata: object, { locked, provenance }: Described): FieldState[] =>
  Object.entries(metadata as Record<string, unknown>).map(([field, value]) => ({
    ...{ field, value, origin: provenance[field] ?? null, locked: locked.includes(field) },
  }));

export async function getSeriesFields(db: Database, id: string): Promise<FieldState[]> {
  const series = await Series.query(db).findById(id);
  if (!series) throw notFound();
  return statesOf(seriesMetadataOf(series), series);
}

export async function getBookFields(db: Database, id: string): Promise<FieldState[]> {
  const book = await Book.query(db).findById(id);
  if (!book) throw notFound();
  return [...statesOf(bookMetadataOf(book), book), ...namedStates(book)];
}

/** What the name of the file says beyond the fields: nobody can say otherwise, but by another name. */
function namedStates({ nameFacts, metadataModifiedAt }: Book): FieldState[] {
  const origin = { source: 'name' as const, at: metadataModifiedAt.toISOString() };
  return Object.entries(nameFacts ?? {}).map(([field, value]) => ({
    field,
    value: value as unknown,
    origin,
    locked: false,
  }));
}

/** The fields without value, lock and origin: what the files say of them is taken over again. */
function released<M extends object>(fields: string[], fresh: M, { locked, provenance }: Described) {
  const unknown = fields.find((field) => !(field in fresh));
  if (unknown !== undefined) throw badRequest(`There is no field ${unknown}`);
  const isKept = (field: string) => !fields.includes(field);
  return {
    values: Object.fromEntries(Object.entries(fresh).filter(([field]) => !isKept(field))) as Partial<M>,
    notes: {
      locked: locked.filter(isKept),
      provenance: Object.fromEntries(Object.entries(provenance).filter(([field]) => isKept(field))),
      metadataModifiedAt: new Date(),
    },
  };
}

/** Takes back what a person, or whoever else, has said of these fields of a series. Throws 404, 400. */
export async function releaseSeriesFields({ db, queue }: Deps, id: string, fields: string[]): Promise<void> {
  await db.transaction(async (trx) => {
    const series = await Series.query(trx).findById(id).forNoKeyUpdate();
    if (!series) throw notFound();
    const { values, notes } = released(fields, freshSeries(series), series);
    const keys = seriesKeysOf({ ...series, ...values });
    await Series.query(trx)
      .findById(id)
      .patch({ ...values, ...keys, ...notes });
    await queue.submit('refreshSeries', { seriesId: id }, { trx, priority: 8 });
    await emit(trx, { type: 'SeriesChanged', seriesId: id, libraryId: series.libraryId });
  });
}

/** The same for a book. */
export async function releaseBookFields({ db, queue }: Deps, id: string, fields: string[]): Promise<void> {
  await db.transaction(async (trx) => {
    const owner = await Book.query(trx).findById(id).select('seriesId');
    if (!owner) throw notFound();
    await lockSeries(trx, [owner.seriesId]);
    const book = await Book.query(trx).findById(id).forNoKeyUpdate();
    if (!book) throw notFound();
    const { values, notes } = released(fields, freshBook(book), book);
    await Book.query(trx)
      .findById(id)
      .patch({ ...bookColumnsOf(book, values), ...notes });
    // brings the series in line as well
    await queue.submit('refreshBookMetadata', { bookId: id }, { trx, priority: 8 });
    const { seriesId, libraryId } = book;
    await emit(trx, { type: 'BookChanged', bookId: id, seriesId, libraryId });
  });
}
