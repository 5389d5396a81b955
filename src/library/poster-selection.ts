import type { Knex } from 'knex';

/** The column of `poster` that says whose it is. */
export type PosterOwner = 'book_id' | 'series_id' | 'collection_id' | 'read_list_id';

/** An upload goes before a picture beside the book, that before a generated one; the oldest within a kind (Komga §9.4). */
const preference = `array_position(array['USER_UPLOADED', 'SIDECAR', 'PROVIDER', 'GENERATED'], type), created_at, id`;

/** As Komga does where a selected upload was deleted: the poster that was there first, mostly the generated one. */
const oldest = 'created_at, id';

/** Selects a poster for the owners that have posters but none selected: the best, or after a deletion the oldest. */
export async function selectMissing(
  trx: Knex,
  owner: PosterOwner,
  ids: string[],
  by: 'preference' | 'age' = 'preference',
): Promise<void> {
  if (ids.length === 0) return;
  await trx.raw(
    `update poster set selected = true where id in (
       select distinct on (p.${owner}) p.id from poster p where p.${owner} = any(?)
         and not exists (select 1 from poster other where other.${owner} = p.${owner} and other.selected)
       order by p.${owner}, ${by === 'age' ? oldest : preference})`,
    [ids],
  );
}

/** A picture that was put beside a book takes the place of a generated one, never of an uploaded one. */
export async function preferArtwork(trx: Knex, owner: PosterOwner, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx.raw(
    `update poster set selected = false where ${owner} = any(?) and selected and type in ('GENERATED', 'PROVIDER')
       and exists (select 1 from poster other where other.${owner} = poster.${owner} and other.type = 'SIDECAR')`,
    [ids],
  );
  await selectMissing(trx, owner, ids);
}
