import type { Knex } from 'knex';
import { Book } from '../../model/book';
import type { FieldChange } from '../../model/match';
import { Series } from '../../model/series';
import type { FieldOrigin } from '../../model/values';
import type { BookMetadata, SeriesMetadata } from '../../metadata/types';
import { emit } from '../../queue/events';
import { aggregateSeries } from '../aggregate';
import { bookColumnsOf, seriesKeysOf, seriesMetadataOf } from '../metadata-rows';

/** A series with its books, locked for one transaction: the series first, as every other writer does. */
export interface LockedSeries {
  series: Series;
  books: Book[];
}

export async function lockSeries(trx: Knex.Transaction, seriesId: string): Promise<LockedSeries | null> {
  // weak enough that progress can be written meanwhile (locks.ts)
  const series = await Series.query(trx).findById(seriesId).forNoKeyUpdate();
  if (!series) return null;
  const books = await Book.query(trx).where({ seriesId }).orderBy(['numberSort', 'id']).forNoKeyUpdate();
  return { series, books };
}

/** A field's new value, and who has set it; null: nobody has. */
export interface FieldValue {
  bookId: string | null;
  field: string;
  value: unknown;
  origin: FieldOrigin | null;
}

export const valueAfter = (change: FieldChange, at: Date): FieldValue => ({
  ...{ bookId: change.bookId, field: change.field, value: change.after },
  origin: { source: 'mangadex', at: at.toISOString() },
});

export const valueBefore = ({ bookId, field, before, origin }: FieldChange): FieldValue => ({
  ...{ bookId, field, value: before, origin },
});

function provenanceWith(provenance: Record<string, FieldOrigin>, values: FieldValue[]): Record<string, FieldOrigin> {
  const entries = new Map(Object.entries(provenance));
  for (const { field, origin } of values) {
    if (origin === null) entries.delete(field);
    else entries.set(field, origin);
  }
  return Object.fromEntries(entries);
}

const fieldsOf = (values: FieldValue[]) => Object.fromEntries(values.map(({ field, value }) => [field, value]));

/** Writes fields of a series and its books with everything that follows from them: keys, aggregates, events. */
export async function writeValues(
  trx: Knex.Transaction,
  { series, books }: LockedSeries,
  values: FieldValue[],
  at: Date,
): Promise<void> {
  const { id: seriesId, libraryId } = series;
  for (const book of books) {
    const own = values.filter(({ bookId }) => bookId === book.id);
    if (own.length === 0) continue;
    const changed = fieldsOf(own) as Partial<BookMetadata>;
    await Book.query(trx)
      .findById(book.id)
      .patch({
        ...bookColumnsOf(book, changed),
        provenance: provenanceWith(book.provenance, own),
        metadataModifiedAt: at,
      });
    await emit(trx, { type: 'BookChanged', bookId: book.id, seriesId, libraryId });
  }
  const own = values.filter(({ bookId }) => bookId === null);
  if (own.length > 0) {
    const metadata = { ...seriesMetadataOf(series), ...(fieldsOf(own) as Partial<SeriesMetadata>) };
    await Series.query(trx)
      .findById(seriesId)
      .patch({
        ...(fieldsOf(own) as Partial<Series>),
        ...seriesKeysOf({ ...series, ...metadata }),
        provenance: provenanceWith(series.provenance, own),
        metadataModifiedAt: at,
      });
  }
  if (values.some(({ bookId }) => bookId !== null)) await aggregateSeries(trx, seriesId, at);
  if (values.length > 0) await emit(trx, { type: 'SeriesChanged', seriesId, libraryId });
}
