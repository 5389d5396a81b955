import type { Knex } from 'knex';
import { groupBy } from '../base/group-by';
import { bookOrderKey, compareNatural } from '../base/natural-order';
import type { FieldOrigin } from '../model/values';
import { updateRows } from './rows';

interface Numbered {
  id: string;
  seriesId: string;
  name: string;
  number: number;
  metadataNumber: string;
  numberSort: number;
  locked: string[];
  provenance: Record<string, FieldOrigin>;
}

/** Natural order of names; books of equal names stay as they are. */
export function inBookOrder<B extends { name: string }>(books: B[]): B[] {
  const keyed = books.map((book) => ({ book, key: bookOrderKey(book.name) }));
  return keyed.sort((a, b) => compareNatural(a.key, b.key)).map(({ book }) => book);
}

/**
 * Gives the books of these series, those in the trash too, their positions (Komga §5.4). What is shown as number follows the
 * position unless it is locked, or a file or a person gave one.
 */
export async function renumber(trx: Knex.Transaction, seriesIds: string[]): Promise<void> {
  if (seriesIds.length === 0) return;
  const rows = await trx<Numbered>('book')
    .select('id', 'seriesId', 'name', 'number', 'metadataNumber', 'numberSort', 'locked', 'provenance')
    .whereIn('seriesId', seriesIds)
    .orderBy(['path']);
  const changed: object[] = [];
  for (const books of groupBy(rows, (book) => book.seriesId).values()) {
    for (const [index, book] of inBookOrder(books).entries()) {
      const next = { ...positionOf(book, index + 1), number: index + 1 };
      const isSame =
        next.number === book.number &&
        next.metadataNumber === book.metadataNumber &&
        next.numberSort === book.numberSort;
      if (!isSame) {
        changed.push({
          id: book.id,
          number: next.number,
          metadata_number: next.metadataNumber,
          number_sort: next.numberSort,
        });
      }
    }
  }
  await updateRows(trx, 'book', { number: 'int', metadata_number: 'text', number_sort: 'float8' }, changed);
  await trx.raw(
    `update series set book_count = counted.books
     from (select s.id, count(b.id)::int as books from series s left join book b on b.series_id = s.id
       where s.id = any(?) group by s.id) as counted
     where series.id = counted.id and series.book_count <> counted.books`,
    [seriesIds],
  );
}

function positionOf(book: Numbered, position: number): Pick<Numbered, 'metadataNumber' | 'numberSort'> {
  const isFree = (field: string) => !book.locked.includes(field) && book.provenance[field] === undefined;
  return {
    metadataNumber: isFree('number') ? String(position) : book.metadataNumber,
    numberSort: isFree('numberSort') ? position : book.numberSort,
  };
}
