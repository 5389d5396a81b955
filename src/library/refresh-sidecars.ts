import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { resolveInside } from '../base/files';
import { groupBy } from '../base/group-by';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { Series } from '../model/series';
import { emit } from '../queue/events';
import type { Priority, Queue, TaskContext, Tasks } from '../queue/tasks';
import { readArtwork, writeArtwork, type ArtworkOwner } from './artwork';
import { bookFilesOf, bookNameOf, bookFileTest, bookNamesOfArtwork, isArtwork, isSeriesArtwork, isSeriesJson } from './book-files'; // prettier-ignore
import { toJson } from './rows';
import type { KnownArtwork } from './known';
import { lockSeries } from './locks';
import { readDescription } from './series-json';
import { timeOf } from './volumes';
import type { FoundFile } from './found';

/** Series of one task. */
const together = 100;

/** Asks for what lies beside the books of these series to be read again. */
export async function submitSidecars(
  trx: Knex.Transaction,
  queue: Queue,
  series: { libraryId: string; seriesId: string }[],
  priority: Priority,
): Promise<void> {
  for (const [libraryId, some] of groupBy(series, (one) => one.libraryId)) {
    const ids = [...new Set(some.map(({ seriesId }) => seriesId))];
    const chunks = Array.from({ length: Math.ceil(ids.length / together) }, (_, index) => ({
      ...{ libraryId, seriesIds: ids.slice(index * together, (index + 1) * together) },
    }));
    await queue.submitMany('refreshSidecars', chunks, { trx, priority });
  }
}

type BookPlace = Pick<Book, 'id' | 'seriesId' | 'path'>;

/** Reads the pictures and the series.json beside the books of series again, also those that a scan finds unchanged. */
export async function refreshSidecars(
  { db, queue, signal }: Pick<TaskContext, 'db' | 'queue' | 'signal'>,
  { libraryId, seriesIds }: Tasks['refreshSidecars'],
): Promise<void> {
  const library = await Library.query(db).findById(libraryId);
  if (!library) return;
  const all = await Series.query(db).findByIds(seriesIds).where({ libraryId, deletedAt: null });
  const books = await Book.query(db).select('id', 'seriesId', 'path').where({ deletedAt: null }).whereIn('seriesId', seriesIds); // prettier-ignore
  const ofSeries = groupBy(books as BookPlace[], ({ seriesId }) => seriesId);
  const known = await knownArtwork(db, seriesIds);
  for (const series of all) {
    signal.throwIfAborted();
    await refreshOne({ db, queue }, library, { series, books: ofSeries.get(series.id) ?? [], known });
  }
}

interface Subject {
  series: Series;
  books: BookPlace[];
  known: Map<string, KnownArtwork[]>;
}

async function refreshOne(
  { db, queue }: Pick<TaskContext, 'db' | 'queue'>,
  library: Library,
  { series, books, known }: Subject,
): Promise<void> {
  const beside = await lookBeside(library, series, books);
  if (beside === null) return;
  const owner = (kind: ArtworkOwner['kind'], id: string): ArtworkOwner => ({
    ...{ kind, id, seriesId: series.id, files: beside.artwork.get(id) ?? [], known: known.get(id) ?? [] },
  });
  const owners = [owner('series_id', series.id), ...books.map(({ id }) => owner('book_id', id))];
  const artwork = library.importLocalArtwork ? await readArtwork(library.root, owners) : [];
  const seriesJson = beside.seriesJson && (await readDescription(library.root, beside.seriesJson));
  const isSame = isDeepStrictEqual(seriesJson, series.seriesJson);
  if (isSame && artwork.length === 0) return;
  await db.transaction(async (trx) => {
    await lockSeries(trx, [series.id]);
    const isThere = await Series.query(trx).findById(series.id).select('id');
    if (!isThere) return;
    await emit(trx, ...(await writeArtwork(trx, artwork, new Date().toISOString())));
    if (isSame) return;
    await trx('series')
      .where({ id: series.id })
      .update({ seriesJson: seriesJson && toJson(seriesJson) });
    await queue.submit('refreshSeries', { seriesId: series.id }, { trx });
  });
}

interface Beside {
  /** By the ids of books, and of the series. */
  artwork: Map<string, FoundFile[]>;
  seriesJson: FoundFile | null;
}

/** What the walk of a scan would find beside these books. Null when a folder cannot be read: nothing is known of it. */
async function lookBeside(library: Library, series: Series, books: BookPlace[]): Promise<Beside | null> {
  const beside: Beside = { artwork: new Map(), seriesJson: null };
  // a folder of pictures that is a series of its own: all that lies in it are its pages
  if (!series.oneshot && books.some((book) => book.path === series.path)) return beside;
  const inFolders = groupBy(books, (book) => path.posix.dirname(book.path));
  if (!series.oneshot && !inFolders.has(series.path || '.')) inFolders.set(series.path || '.', []);
  for (const [folder, some] of inFolders) {
    const names = await resolveInside(library.root, folder)
      .then((place) => readdir(place))
      .catch(() => null);
    if (names === null) return null;
    const measured = (name: string) => measure(library.root, folder === '.' ? name : `${folder}/${name}`);
    const owners = ownersOf(library, names, some);
    for (const name of names.filter((one) => isArtwork(one) && !isSeriesArtwork(one))) {
      const [id] = bookNamesOfArtwork(name).flatMap((stem) => owners.get(stem) ?? []);
      if (id) beside.artwork.set(id, [...(beside.artwork.get(id) ?? []), ...(await measured(name))]);
    }
    if (series.oneshot || folder !== (series.path || '.')) continue;
    const ofSeries = await Promise.all(names.filter(isSeriesArtwork).map(measured));
    beside.artwork.set(series.id, ofSeries.flat());
    const [description] = names.filter(isSeriesJson);
    beside.seriesJson = (description === undefined ? [] : await measured(description))[0] ?? null;
  }
  return beside;
}

/** Which book a picture of that name belongs to: of files with one name the first; '' for one that is none of these books. */
function ownersOf(library: Library, names: string[], books: BookPlace[]): Map<string, string> {
  const ids = new Map(books.map(({ id, path: at }) => [path.posix.basename(at), id]));
  const files = bookFilesOf(names, bookFileTest(library));
  const folders = [...ids.keys()].filter((name) => !files.includes(name));
  const inOrder = [...files, ...folders].map((name): [string, string] => [
    bookNameOf(name).toLowerCase(),
    ids.get(name) ?? '',
  ]);
  return new Map(inOrder.toReversed());
}

async function measure(root: string, at: string): Promise<FoundFile[]> {
  const stats = await resolveInside(root, at)
    .then((file) => stat(file))
    .catch(() => null);
  return stats?.isFile() ? [{ path: at, size: stats.size, modifiedAt: timeOf(stats) }] : [];
}

async function knownArtwork(db: Database, seriesIds: string[]): Promise<Map<string, KnownArtwork[]>> {
  const { rows } = await db.raw<{ rows: (Omit<KnownArtwork, 'modifiedAt'> & { modifiedAt: string | null })[] }>(
    `select p.id, p.path, p.book_id as "bookId", p.series_id as "seriesId", p.file_size as size,
       (extract(epoch from p.file_modified_at) * 1000)::bigint as "modifiedAt"
     from poster p left join book b on b.id = p.book_id
     where p.path is not null and coalesce(p.series_id, b.series_id) = any(?)`,
    [seriesIds],
  );
  const posters = rows.map((row) => ({ ...row, modifiedAt: Number(row.modifiedAt ?? 0) }));
  return groupBy(posters, ({ bookId, seriesId }) => bookId ?? seriesId ?? '');
}
