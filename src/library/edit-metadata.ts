import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { InvalidInput, notFound } from '../base/errors';
import type { Database } from '../db/database';
import type { Locks } from '../metadata/merge';
import { normaliseAuthors, normaliseIsbn13, normaliseLanguage, normaliseTags } from '../metadata/normalise';
import type { BookField, BookMetadata, SeriesField, SeriesMetadata } from '../metadata/types';
import { Book } from '../model/book';
import { Series } from '../model/series';
import type { FieldOrigin } from '../model/values';
import { emit } from '../queue/events';
import { aggregateSeries } from './aggregate';
import { bookColumnsOf, bookMetadataOf, seriesKeysOf, seriesMetadataOf } from './metadata-rows';

/** What a person says: values win over locks, and set none by themselves (komga-rest.md §11.2). */
export interface Edit<M, F extends string> {
  values: Partial<M>;
  locks: Locks<F>;
}

export type SeriesEdit = Edit<SeriesMetadata, SeriesField>;
export type BookEdit = Edit<BookMetadata, BookField>;

interface Described {
  locked: string[];
  provenance: Record<string, FieldOrigin>;
}

/** Locks and origins after the edit; only a value that is another one now is the person's. */
function annotated<M extends object>(row: Described, current: M, { values, locks }: Edit<M, string>, at: Date) {
  const fields = Object.entries(values).filter(
    ([field, value]) => !isDeepStrictEqual(value, current[field as keyof M]),
  );
  const origin: FieldOrigin = { source: 'person', at: at.toISOString() };
  const locked = new Set(row.locked);
  for (const [field, lock] of Object.entries(locks)) {
    if (lock) locked.add(field);
    if (!lock) locked.delete(field);
  }
  return {
    locked: [...locked],
    provenance: { ...row.provenance, ...Object.fromEntries(fields.map(([field]) => [field, origin])) },
    metadataModifiedAt: at,
  };
}

const trimmed = <M extends object>(values: M, fields: readonly (keyof M)[]): M => {
  const texts = fields.flatMap((field) => {
    const value = values[field];
    return typeof value === 'string' ? [[field, value.trim()] as const] : [];
  });
  return { ...values, ...Object.fromEntries(texts) };
};

function tidySeries(values: Partial<SeriesMetadata>): Partial<SeriesMetadata> {
  const tidy = trimmed(values, ['title', 'titleSort', 'summary', 'publisher', 'language']);
  for (const field of ['genres', 'tags', 'sharingLabels'] as const) {
    if (tidy[field]) tidy[field] = normaliseTags(tidy[field]);
  }
  if (tidy.language) tidy.language = languageOf(tidy.language);
  return tidy;
}

function languageOf(tag: string): string {
  const language = tag.toLowerCase().startsWith('und') ? null : normaliseLanguage(tag);
  if (language !== null) return language;
  throw new InvalidInput([{ fieldName: 'language', message: 'must be a valid BCP 47 language tag' }]);
}

function tidyBook(values: Partial<BookMetadata>): Partial<BookMetadata> {
  const tidy = trimmed(values, ['title', 'summary', 'number', 'isbn']);
  if (tidy.tags) tidy.tags = normaliseTags(tidy.tags);
  if (tidy.authors) tidy.authors = normaliseAuthors(tidy.authors);
  if (tidy.isbn) tidy.isbn = isbnOf(tidy.isbn);
  return tidy;
}

function isbnOf(text: string): string {
  const isbn = normaliseIsbn13(text);
  if (isbn !== null) return isbn;
  throw new InvalidInput([{ fieldName: 'isbn', message: 'invalid ISBN' }]);
}

/** Writes what was sent and nothing else. Throws 404 and 400 with the fields that are not valid. */
export async function editSeries(db: Database, id: string, { values, locks }: SeriesEdit): Promise<void> {
  const edit = { values: tidySeries(values), locks };
  const at = new Date();
  await db.transaction(async (trx) => {
    // the row is locked before it is read: of two edits at the same time none undoes the other
    const series = await Series.query(trx).findById(id).forUpdate();
    if (!series) throw notFound();
    const current = seriesMetadataOf(series);
    const keys = seriesKeysOf({ ...series, ...current, ...edit.values });
    await Series.query(trx)
      .findById(id)
      .patch({ ...edit.values, ...keys, ...annotated(series, current, edit, at) });
    await emit(trx, { type: 'SeriesChanged', seriesId: id, libraryId: series.libraryId });
  });
}

async function lockSeriesOf(trx: Knex.Transaction, bookIds: string[]): Promise<string[]> {
  // before their books, as every other writer does, and all in one order
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select id from series where id in (select series_id from book where id = any(?::uuid[])) order by id
     for no key update`,
    [bookIds],
  );
  return rows.map(({ id }) => id);
}

/** Edits books by id, all or none; ids that no book has are passed over. What their series show follows at once. */
export async function editBooks(db: Database, edits: ReadonlyMap<string, BookEdit>): Promise<void> {
  const tidy = new Map([...edits].map(([id, { values, locks }]) => [id, { values: tidyBook(values), locks }]));
  const at = new Date();
  await db.transaction(async (trx) => {
    const seriesIds = await lockSeriesOf(trx, [...tidy.keys()]);
    const books = await Book.query(trx)
      .findByIds([...tidy.keys()])
      .orderBy('id')
      .forUpdate();
    for (const book of books) {
      const edit = tidy.get(book.id) ?? { values: {}, locks: {} };
      const columns = { ...bookColumnsOf(book, edit.values), ...annotated(book, bookMetadataOf(book), edit, at) };
      await Book.query(trx).findById(book.id).patch(columns);
      await emit(trx, { type: 'BookChanged', bookId: book.id, seriesId: book.seriesId, libraryId: book.libraryId });
    }
    for (const seriesId of seriesIds) {
      await aggregateSeries(trx, seriesId, at);
      const libraryId = books.find((book) => book.seriesId === seriesId)?.libraryId;
      if (libraryId !== undefined) await emit(trx, { type: 'SeriesChanged', seriesId, libraryId });
    }
  });
}

/** Throws 404 for an unknown book. */
export async function editBook(db: Database, id: string, edit: BookEdit): Promise<void> {
  if (!(await Book.query(db).findById(id).select('id'))) throw notFound();
  await editBooks(db, new Map([[id, edit]]));
}
