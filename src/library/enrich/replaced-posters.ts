import type { Knex } from 'knex';
import { selectMissing } from '../poster-selection';

const columns = [
  ...['id', 'book_id', 'series_id', 'selected', 'media_type'],
  ...['file_size', 'width', 'height', 'image', 'origin', 'created_at'],
].join(', ');

/** Posters of the provider: of one book or series, or some of them by their own ids. */
type Which = { column: 'book_id' | 'series_id' | 'id'; ids: string[] };

interface Removed {
  bookId: string | null;
  seriesId: string | null;
  selected: boolean;
}

/** Removes posters of the provider; they are kept for the undo of the enrichment that takes their place, if there is one. */
export async function removePosters(
  trx: Knex.Transaction,
  { column, ids }: Which,
  replacedBy: string | null,
): Promise<Removed[]> {
  if (ids.length === 0) return [];
  const { rows } = await trx.raw<{ rows: Removed[] }>(
    `with gone as (delete from poster where ${column} = any(:ids) and type = 'PROVIDER' returning *),
       kept as (insert into replaced_poster (enrichment_id, ${columns})
         select cast(:replacedBy as uuid), ${columns} from gone where cast(:replacedBy as uuid) is not null)
     select book_id as "bookId", series_id as "seriesId", selected from gone`,
    { ids, replacedBy },
  );
  return rows;
}

/**
 * Takes back what enrichments did to posters: theirs go, those whose place they had taken come back as they were, and
 * where nothing is selected any more the best one is. `replacedBy`: another match takes their place at once.
 */
export async function undoPosters(
  trx: Knex.Transaction,
  enrichments: { id: string; posters: string[] }[],
  replacedBy: string | null,
): Promise<void> {
  const own = enrichments.flatMap(({ posters }) => posters);
  const removed = await removePosters(trx, { column: 'id', ids: own }, replacedBy);
  const restored = replacedBy === null ? await putBack(trx, enrichments, own) : [];
  const owners = [...removed, ...restored];
  await selectMissing(
    trx,
    'book_id',
    owners.flatMap(({ bookId }) => bookId ?? []),
  );
  await selectMissing(
    trx,
    'series_id',
    owners.flatMap(({ seriesId }) => seriesId ?? []),
  );
}

/** Those that were there before all of the enrichments; what one of them brought and another replaced is forgotten. */
async function putBack(trx: Knex.Transaction, enrichments: { id: string }[], own: string[]): Promise<Removed[]> {
  const { rows } = await trx.raw<{ rows: Removed[] }>(
    `with kept as (delete from replaced_poster where enrichment_id = any(:ids) returning *),
       wanted as (select * from kept k where id <> all(:own) and not exists (select 1 from poster p
         where p.type = 'PROVIDER' and (p.book_id = k.book_id or p.series_id = k.series_id)))
     insert into poster (type, ${columns})
       select 'PROVIDER', ${columns.replace(
         'selected',
         `selected and not exists (select 1 from poster p where p.selected
           and (p.book_id = w.book_id or p.series_id = w.series_id))`,
       )} from wanted w
     returning book_id as "bookId", series_id as "seriesId", selected`,
    { ids: enrichments.map(({ id }) => id), own },
  );
  return rows;
}
