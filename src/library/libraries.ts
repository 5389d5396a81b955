import path from 'node:path';
import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../base/errors';
import { isInside } from '../base/files';
import type { Log } from '../base/log';
import { newId } from '../base/public-id';
import { takeTime, type Database } from '../db/database';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { Series } from '../model/series';
import { emit } from '../queue/events';
import type { Queue } from '../queue/tasks';
import { submitEach } from './each-book';
import { bookSources, checkPlace, scanOptions, seriesSources, tidy, type LibraryOptions } from './library-options';
import { findWithoutIsbn } from './find-barcode';
import { submitFileTasks } from './file-requests';
import { submitRefreshes } from './refresh-book';
import { submitScan } from './scan-request';
import { submitHashes } from './unhashed';

export type { LibraryOptions } from './library-options';

interface Deps {
  db: Database;
  queue: Queue;
}

/** Adds a library and asks for its first scan. What is not given has Komga's default. */
export async function createLibrary(
  { db, queue }: Deps,
  input: Partial<LibraryOptions> & Pick<LibraryOptions, 'name' | 'root'>,
): Promise<Library> {
  const options = { ...input, ...tidy(input) };
  await checkPlace(db, options);
  const now = new Date();
  return db.transaction(async (trx) => {
    const row = { id: newId(), ...tidy(options), createdAt: now, modifiedAt: now };
    const library = await Library.query(trx).insertAndFetch(row);
    await submitScan(trx, queue, library);
    await emit(trx, { type: 'LibraryAdded', libraryId: library.id });
    return library;
  });
}

/** Changes options; what they make necessary (another scan, hashes) is asked for in the same transaction. */
export async function updateLibrary({ db, queue }: Deps, id: string, input: Partial<LibraryOptions>): Promise<Library> {
  const before = await Library.query(db).findById(id);
  if (before === undefined) throw notFound();
  const changes = tidy(input);
  const { name = before.name, root = before.root } = changes;
  // a library whose disk is away can still be changed
  if (name !== before.name || root !== before.root) await checkPlace(db, { name, root }, id);
  const after = await db.transaction(async (trx) => {
    const after = await Library.query(trx).patchAndFetchById(id, { ...changes, modifiedAt: new Date() });
    const needsScan = scanOptions.some((option) => !isDeepStrictEqual(before[option], after[option]));
    if (needsScan) await submitScan(trx, queue, after);
    const wantsHashes = (['hashFiles', 'hashKoreader', 'hashPages'] as const).some((one) => after[one] && !before[one]);
    if (wantsHashes) await submitHashes(queue, after, trx);
    await submitChangedSources(queue, { before, after }, trx);
    const wantsBarcodes = after.importBarcodeIsbn && !before.importBarcodeIsbn;
    if (wantsBarcodes) await submitEach(queue, 'findBarcode', await findWithoutIsbn(trx, id), trx);
    await emit(trx, { type: 'LibraryChanged', libraryId: id });
    return after;
  });
  const wantsFiles = (['repairExtensions', 'convertToCbz'] as const).some((one) => after[one] && !before[one]);
  if (wantsFiles) await submitFileTasks({ db, queue }, after);
  return after;
}

/** Series that are brought in line in one transaction. */
const seriesTogether = 20;

/**
 * What files say is merged anew when an option changes what of it counts, behind everything that somebody waits for (Komga
 * leaves it to a person to ask for a refresh). Names of files and of later volumes also go back to what they were without.
 */
async function submitChangedSources(
  queue: Queue,
  { before, after }: Record<'before' | 'after', Library>,
  trx: Knex.Transaction,
): Promise<void> {
  const isOn = (option: keyof LibraryOptions) => after[option] === true && before[option] !== true;
  const hasChanged = (option: keyof LibraryOptions) => after[option] !== before[option];
  const live = { libraryId: after.id, deletedAt: null };
  if (bookSources.some(isOn) || hasChanged('parseNames')) {
    const books = await Book.query(trx)
      .select('id')
      .where({ ...live, mediaStatus: 'READY' })
      .orderBy(['seriesId', 'number', 'id']);
    // they ask for their series as well
    const wanted = books.map(({ id }) => ({ bookId: id }));
    return submitRefreshes(trx, queue, wanted, 2);
  }
  if (!seriesSources.some(isOn) && !hasChanged('importComicInfoSeriesAppendVolume')) return;
  const ids = (await Series.query(trx).select('id').where(live)).map(({ id }) => id);
  const chunks = Array.from({ length: Math.ceil(ids.length / seriesTogether) }, (_, index) => ({
    seriesIds: ids.slice(index * seriesTogether, (index + 1) * seriesTogether),
  }));
  await queue.submitMany('refreshSeriesTogether', chunks, { trx, priority: 2 });
}

/** Forgets a library with everything that is known of it. Files are never touched. */
export async function deleteLibrary(db: Database, id: string): Promise<void> {
  await db.transaction(async (trx) => {
    // a million books with all that hangs on them need more than a request has
    await takeTime(trx);
    const gone = await Library.query(trx).deleteById(id);
    if (gone === 0) throw notFound();
    await emit(trx, { type: 'LibraryDeleted', libraryId: id });
  });
}

/**
 * Folders that NAS systems put into every share; Komga's and our web UI fill in the same. Barcodes cost up to a second a
 * book and are on few of them: who wants them asks for them.
 */
const usualOptions = { scanDirectoryExclusions: ['#recycle', '@eaDir', '@Recycle'], importBarcodeIsbn: false };

/**
 * Adds the folders of the configuration and of the command line that are no library yet. One that cannot be added is told
 * in the log: a wrong path must not keep the server from starting.
 */
export async function addMissingLibraries(
  deps: Deps & { log: Log },
  seeds: readonly { name: string; root: string }[],
): Promise<Library[]> {
  const added: Library[] = [];
  for (const { name, root } of seeds) {
    const known = await Library.query(deps.db).select('id', 'name', 'root');
    const target = path.resolve(root);
    if (known.some((library) => isInside(library.root, target))) continue;
    const names = new Set(known.map((library) => library.name));
    try {
      const options = { name: freeName(name, names), root: target, ...usualOptions };
      added.push(await createLibrary(deps, options));
    } catch (error) {
      deps.log.error({ err: error, name, root }, 'the folder could not be added as a library');
    }
  }
  return added;
}

/** Two folders may have one name: `Comics`, `Comics (2)`. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} (${number})`;
    if (!taken.has(candidate)) return candidate;
  }
}
