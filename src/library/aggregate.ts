import type { Knex } from 'knex';
import { aggregateBooks } from '../metadata/combine-series';
import { Book } from '../model/book';
import { creditsOf } from '../model/keys';
import { Series } from '../model/series';
import { bookMetadataOf, seriesKeysOf, seriesMetadataOf } from './metadata-rows';

/** Brings what a series shows of its books in line with them, in the transaction that changed a book. */
export async function aggregateSeries(trx: Knex.Transaction, seriesId: string, at: Date): Promise<void> {
  const series = await Series.query(trx).findById(seriesId).forUpdate();
  if (!series) return;
  const books = await Book.query(trx).where({ seriesId }).orderBy(['numberSort', 'id']);
  const aggregate = { ...aggregateOf(books), booksMetadataModifiedAt: at };
  const keys = seriesKeysOf({ ...seriesMetadataOf(series), ...aggregate });
  await Series.query(trx)
    .findById(seriesId)
    .patch({ ...aggregate, ...keys });
}

const shownOf = (book: Book) => ({ ...bookMetadataOf(book), authors: creditsOf(book) });

/** What a series shows of its books. */
export function aggregateOf(books: Book[]) {
  const { authors, tags, releaseDate, summary, summaryNumber } = aggregateBooks(books.map(shownOf));
  return {
    ...{ booksAuthors: authors, booksTags: tags, booksReleaseDate: releaseDate },
    ...{ booksSummary: summary, booksSummaryNumber: summaryNumber },
  };
}
