import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { isCoded } from '../base/errors';
import { groupBy } from '../base/group-by';
import type { Database } from '../db/database';
import type { Library } from '../model/library';
import { emit, type ServerEvent } from '../queue/events';
import type { TaskContext } from '../queue/tasks';
import type { Batch, BookChange } from './batch';
import { writeBatch } from './batch-write';
import type { KnownBook } from './known';
import { lockSeries } from './locks';
import { findSuccessors } from './successors';
import type { FoundBook, FoundSeries } from './found';

/** A book whose file came while that of another was still there, and of which nobody has made anything yet. */
interface Heir extends KnownBook {
  root: string;
  name: string;
  oneshot: boolean;
  number: number;
}

interface Inheritance {
  book: KnownBook;
  heir: Heir;
  isReplaced: boolean;
}

type Context = Pick<TaskContext, 'db' | 'queue' | 'log' | 'signal'> & { hash: (file: string) => Promise<string> };

/** Books of one query. */
const together = 1_000;

/** Where all books have one size, all young ones are candidates. */
const mostCandidates = 5_000;

/** A file that lay beside another for longer than this is another book. */
const recent = `interval '1 day'`;

const saidByNobody = (row: string) =>
  `${row}.locked = '{}' and not exists (select 1 from jsonb_each(${row}.provenance) f where f.value->>'source' = 'person')`;

const isUntouched = `${saidByNobody('b')}
  and not exists (select 1 from read_progress p where p.book_id = b.id)
  and not exists (select 1 from poster p where p.book_id = b.id and p.type = 'USER_UPLOADED')`;

/**
 * Whoever moves files to another disk, or converts them, writes the new file before the old one goes. A scan between the two
 * takes the new one for another book. When the old one vanishes, its book goes on in the new file: the same content anywhere, or
 * the same name or chapter in the same folder. Returns the books that have no heir.
 */
export async function inherit(context: Context, library: Library, gone: KnownBook[]): Promise<KnownBook[]> {
  const left: KnownBook[] = [];
  for (let from = 0; from < gone.length; from += together) {
    context.signal.throwIfAborted();
    const some = gone.slice(from, from + together);
    const found = await findHeirs(context, library, some);
    for (const pairs of groupBy(found, ({ heir }) => heir.libraryId).values()) await handOver(context, pairs);
    const heard = new Set(found.map(({ book }) => book));
    left.push(...some.filter((book) => !heard.has(book)));
  }
  return left;
}

async function findHeirs({ db, hash }: Context, library: Library, gone: KnownBook[]): Promise<Inheritance[]> {
  const candidates = await findCandidates(db, library.id, gone);
  const found: Inheritance[] = [];
  const taken = new Set<Heir>();
  const take = async (book: KnownBook, heir: Heir, isReplaced: boolean) => {
    taken.add(heir);
    if (await isThere(heir)) found.push({ book, heir, isReplaced });
  };
  const byHash = await withHashes(candidates, gone, hash);
  for (const book of gone) {
    const heir = byHash.get(`${book.size} ${book.hash}`)?.find((one) => !taken.has(one));
    if (heir && book.hash !== '') await take(book, heir, false);
  }
  const heard = new Set(found.map(({ book }) => book));
  const left = gone.filter((book) => !heard.has(book));
  const byFolder = groupBy(left, folderOf);
  const beside = candidates.filter((heir) => heir.libraryId === library.id && !taken.has(heir));
  for (const [folder, heirs] of groupBy(beside, folderOf)) {
    for (const [heir, book] of findSuccessors(byFolder.get(folder) ?? [], heirs)) await take(book, heir, true);
  }
  return found;
}

/** By size and hash; the file of one that was not hashed yet is read now if a book that is gone has its size. */
async function withHashes(candidates: Heir[], gone: KnownBook[], hash: Context['hash']): Promise<Map<string, Heir[]>> {
  const wanted = new Set(gone.flatMap((book) => (book.hash === '' ? [] : book.size)));
  const byHash = new Map<string, Heir[]>();
  for (const heir of candidates) {
    if (!wanted.has(heir.size)) continue;
    const own = heir.hash || (await hash(path.join(heir.root, heir.path)).catch(unreadable));
    const key = `${heir.size} ${own}`;
    byHash.set(key, [...(byHash.get(key) ?? []), heir]);
  }
  return byHash;
}

/** Being told to stop is another thing than a file that cannot be read. */
function unreadable(error: unknown): string {
  if (isCoded(error)) return 'unreadable';
  throw error;
}

const folderOf = (one: { path: string }) => path.posix.dirname(one.path);

/** Books that are younger than one of those that are gone, of its size or in its series, and lie where they should. */
async function findCandidates(db: Database, libraryId: string, gone: KnownBook[]): Promise<Heir[]> {
  const { rows } = await db.raw<{ rows: Heir[] }>(
    `with gone as (select id, series_id, file_size, created_at from book where id = any(:ids)), young as (
       select b.id from gone g cross join library l
         join book b on b.library_id = l.id and b.file_size = g.file_size and b.created_at > g.created_at
       union
       select b.id from gone g join book b on b.series_id = g.series_id and b.created_at > g.created_at
         and b.library_id = :libraryId
     )
     select b.id, b.library_id as "libraryId", b.series_id as "seriesId", b.path, b.file_size as size,
       (extract(epoch from b.file_modified_at) * 1000)::bigint as "modifiedAt", b.file_hash as hash, b.name, b.oneshot,
       b.number, l.root, false as "isDeleted", false as "isPending"
     from young join book b on b.id = young.id join library l on l.id = b.library_id
     where b.created_at > now() - ${recent} and b.deleted_at is null and not b.id = any(:ids) and ${isUntouched}
     order by b.path limit ${mostCandidates}`,
    { ids: gone.map(({ id }) => id), libraryId },
  );
  return rows.map((heir) => ({ ...heir, modifiedAt: Number(heir.modifiedAt) }));
}

const isThere = ({ root, path: at }: Heir): Promise<boolean> =>
  stat(path.join(root, at)).then(
    () => true,
    () => false,
  );

/** In one transaction: the younger rows go, the older ones take their places. `pairs`: of one library. */
async function handOver({ db, queue, log }: Context, pairs: Inheritance[]): Promise<void> {
  const at = new Date().toISOString();
  const libraryId = pairs[0]?.heir.libraryId ?? '';
  await db.transaction(async (trx) => {
    await lockSeries(trx, pairs.flatMap(({ book, heir }) => [book.seriesId, heir.seriesId])); // prettier-ignore
    const free = await trx.raw<{ rows: { id: string }[] }>(
      `select b.id from book b where b.id = any(?) and b.deleted_at is null and ${isUntouched} for update`,
      [pairs.map(({ heir }) => heir.id)],
    );
    const isFree = new Set(free.rows.map(({ id }) => id));
    const sure = pairs.filter(({ heir }) => isFree.has(heir.id));
    if (sure.length === 0) return;
    await joinSets(trx, 'read_list_book', 'book_id', sure.map(({ book, heir }) => [heir.id, book.id])); // prettier-ignore
    await trx('book')
      .whereIn('id', [...isFree])
      .delete();
    const moved = await moveSeries(trx, sure);
    const changedBooks = sure.map((one) => changeOf(one, moved.get(one.heir.seriesId)));
    const regrouped = new Set(changedBooks.flatMap(({ book, place }) => [book.seriesId, place.seriesId]));
    const batch: Batch = {
      ...{ newSeries: [], newBooks: [], bookIds: new Map(), seriesIds: new Map() },
      ...{ changedBooks, regrouped, movedBooks: sure.map(({ book }) => book) },
      ...{ changedSeries: [...moved.values()].map(({ id, found }) => ({ id, found, hasChangedBooks: true })) },
      movedSeries: [...moved.values()].map(({ id, found }) => ({ id, path: found.path })),
    };
    await writeBatch(trx, libraryId, batch, { at, readings: new Map(), complete: new Map() });
    const bookIds = sure.flatMap(({ book, isReplaced }) => (isReplaced || book.isPending ? [book.id] : []));
    if (bookIds.length > 0) await queue.submit('analyzeBooks', { bookIds }, { trx });
    await queue.submit('refreshSeriesTogether', { seriesIds: [...regrouped] }, { trx });
    await emit(trx, ...eventsOf(sure, changedBooks, moved));
    log.info(
      { libraryId, books: sure.length, series: moved.size },
      'books go on in files that came before theirs went',
    );
  });
}

function changeOf({ book, heir, isReplaced }: Inheritance, series: MovedSeries | undefined): BookChange {
  const { path: at, size, modifiedAt, name, libraryId, oneshot, number } = heir;
  const file: FoundBook = { path: at, size, modifiedAt, name, artwork: [] };
  return { book, file, isReplaced, place: { libraryId, seriesId: series?.id ?? heir.seriesId, oneshot, number } };
}

interface MovedSeries {
  /** The older one. */
  id: string;
  found: FoundSeries;
}

interface SeriesRow {
  id: string;
  path: string;
  name: string;
  oneshot: boolean;
  fileModifiedAt: Date;
}

/**
 * A series of which no book is left where it was goes along: it takes the place of the younger one, by the ids of these. Only of
 * one that is young itself and that nobody has made anything of.
 */
async function moveSeries(trx: Knex.Transaction, pairs: Inheritance[]): Promise<Map<string, MovedSeries>> {
  const moved = new Map<string, MovedSeries>();
  const owners = new Set<string>();
  for (const [younger, some] of groupBy(pairs, ({ heir }) => heir.seriesId)) {
    const [owner = ''] =
      [...groupBy(some, ({ book }) => book.seriesId)].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
    if (owner === younger || owners.has(owner)) continue;
    const ids = some.filter(({ book }) => book.seriesId === owner).map(({ book }) => book.id);
    const { rows } = await trx.raw<{ rows: SeriesRow[] }>(
      `select s.id, s.path, s.name, s.oneshot, s.file_modified_at as "fileModifiedAt" from series s
       where s.id = :younger and s.created_at > now() - ${recent} and ${saidByNobody('s')}
         and not exists (select 1 from poster p where p.series_id = s.id and p.type = 'USER_UPLOADED')
         and not exists (select 1 from book b where b.series_id = :owner and b.deleted_at is null and not b.id = any(:ids))
         and (select created_at from series where id = :owner) < s.created_at`,
      { younger, owner, ids },
    );
    const [row] = rows;
    if (row === undefined) continue;
    owners.add(owner);
    await joinSets(trx, 'collection_series', 'series_id', [[younger, owner]]);
    await trx('book').where({ seriesId: younger }).update({ seriesId: owner });
    await trx('series').where({ id: younger }).delete();
    const { path: at, name, oneshot } = row;
    const found = {
      path: at,
      name,
      oneshot,
      modifiedAt: row.fileModifiedAt.getTime(),
      books: [],
      artwork: [],
      seriesJson: null,
    };
    moved.set(younger, { id: owner, found });
  }
  return moved;
}

/** What files put the younger ones into holds the older ones from now on. */
async function joinSets(
  trx: Knex,
  table: string,
  member: string,
  pairs: [younger: string, older: string][],
): Promise<void> {
  const set = table === 'read_list_book' ? 'read_list_id' : 'collection_id';
  await trx.raw(
    `update ${table} m set ${member} = pair.older from unnest(?::uuid[], ?::uuid[]) as pair (younger, older)
     where m.${member} = pair.younger
       and not exists (select 1 from ${table} other where other.${set} = m.${set} and other.${member} = pair.older)`,
    [pairs.map(([younger]) => younger), pairs.map(([, older]) => older)],
  );
}

function eventsOf(pairs: Inheritance[], changes: BookChange[], moved: Map<string, MovedSeries>): ServerEvent[] {
  return [
    ...pairs.map(({ heir: { id, seriesId, libraryId } }) => ({
      ...{ type: 'BookDeleted' as const, bookId: id, seriesId, libraryId },
    })),
    ...changes.map(({ book, place: { seriesId, libraryId } }) => ({
      ...{ type: 'BookChanged' as const, bookId: book.id, seriesId, libraryId },
    })),
    ...[...moved].flatMap(([younger, { id }]): ServerEvent[] => {
      const libraryId = changes[0]?.place.libraryId ?? '';
      return [
        { type: 'SeriesDeleted', seriesId: younger, libraryId },
        { type: 'SeriesChanged', seriesId: id, libraryId },
      ];
    }),
  ];
}
