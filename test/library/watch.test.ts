import { mkdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { createWatcher, type LibraryWatcher, type WatchOptions } from '../../src/library/watch';
import { createQueue } from '../../src/queue/queue';
import { until } from '../jobs/support';
import { cbz, put } from '../support/book-builders';
import { useShelves } from './support';

const { test: database, newShelf, drain } = useShelves();
const started: LibraryWatcher[] = [];

afterEach(async () => {
  started.splice(0).forEach((watcher) => watcher.close());
  await database.db('library').delete();
  await database.db.raw('delete from graphile_worker._private_jobs');
});

async function watching(options: Partial<WatchOptions> = {}): Promise<LibraryWatcher> {
  const { db } = database;
  const watcher = createWatcher({ db, queue: createQueue(db), log: silentLog(), quietMilliseconds: 50, ...options });
  started.push(watcher);
  await watcher.refresh();
  return watcher;
}

/** The folders whose scan was asked for. */
async function asked(): Promise<(string | null)[]> {
  const { rows } = await database.db.raw<{ rows: { folder: string | null }[] }>(
    `select payload->'payload'->>'folder' as folder from graphile_worker._private_jobs j
     join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'scanLibrary' order by 1`,
  );
  return rows.map(({ folder }) => folder);
}

const untilAsked = (folders: (string | null)[]) =>
  until('the scans were asked for', async () => JSON.stringify(await asked()) === JSON.stringify(folders));

test('a new file in a series is read after its folder was scanned alone', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  put(shelf.root, 'B/1.cbz', await cbz({ seed: 2 }));
  await shelf.scanAll();
  await watching();
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 3 }));
  await untilAsked(['A']);
  await drain();
  expect(await shelf.book('A/2.cbz')).toMatchObject({ mediaStatus: 'READY', number: 2 });
  expect((await shelf.books()).map(({ deletedAt }) => deletedAt)).toEqual([null, null, null]);
});

test('a new series, a removed one and a deep one are noticed', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'Old/1.cbz', await cbz({ seed: 1 }));
  put(shelf.root, 'Publisher/Kept/1.cbz', await cbz({ seed: 4 }));
  await shelf.scanAll();
  await watching();
  mkdirSync(path.join(shelf.root, 'New'));
  put(shelf.root, 'New/1.cbz', await cbz({ seed: 2 }));
  rmSync(path.join(shelf.root, 'Old'), { recursive: true });
  put(shelf.root, 'Publisher/Deep/1.cbz', await cbz({ seed: 3 }));
  await until('all was asked for', async () => {
    const folders = await asked();
    return ['New', 'Old', 'Publisher/Deep'].every((folder) => folders.includes(folder));
  });
  await drain();
  const state = (await shelf.books()).map(({ path: at, deletedAt }) => [at, deletedAt === null]);
  expect(state).toEqual([
    ['New/1.cbz', true],
    ['Old/1.cbz', false],
    ['Publisher/Deep/1.cbz', true],
    ['Publisher/Kept/1.cbz', true],
  ]);
});

test('a renamed series keeps its id', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  await shelf.scanAll();
  const [before] = await shelf.series();
  await watching();
  renameSync(path.join(shelf.root, 'A'), path.join(shelf.root, 'Renamed'));
  await until('the new name was asked for', async () => (await asked()).includes('Renamed'));
  await drain();
  expect((await shelf.series()).filter(({ deletedAt }) => deletedAt === null)).toMatchObject([
    { id: before!.id, path: 'Renamed' },
  ]);
});

test('a library that opted out is not watched, and watches are bounded', async () => {
  const quiet = await newShelf({ watch: false });
  put(quiet.root, 'A/1.cbz', await cbz({ seed: 1 }));
  await quiet.scanAll();
  expect((await watching()).size).toBe(0);
  const shelf = await newShelf({ hashFiles: false });
  for (const name of ['A', 'B', 'C', 'D']) put(shelf.root, `${name}/1.cbz`, await cbz({ seed: 1 }));
  await shelf.scanAll();
  expect((await watching({ limit: 3 })).size).toBe(3);
});

test('what came into a folder between its scan and its watch is noticed, what did not change is not', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  put(shelf.root, 'B/1.cbz', await cbz({ seed: 2 }));
  await shelf.scanAll();
  writeFileSync(path.join(shelf.root, 'B/2.cbz'), await cbz({ seed: 3 }));
  await watching();
  await untilAsked(['B']);
});

test('a folder that is removed and comes back is watched again', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  await shelf.scanAll();
  const watcher = await watching();
  rmSync(path.join(shelf.root, 'A'), { recursive: true });
  await untilAsked(['A']);
  await drain();
  await until('it is forgotten', () => watcher.size === 1);
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  await untilAsked(['A']);
  await drain();
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 2 }));
  await untilAsked(['A']);
});

test('many folders at once are the whole library', async () => {
  const shelf = await newShelf({ hashFiles: false });
  await watching();
  for (let number = 1; number <= 60; number++) mkdirSync(path.join(shelf.root, String(number)));
  await until('the whole is asked for', async () => (await asked()).includes(null));
  expect((await asked()).length).toBeLessThan(60);
});

describe('where the system has no watches left', () => {
  /** As the system answers when the user has used up its watches: the first folder, the root, is the last. */
  const exhausted = (): WatchOptions['watchFolder'] => {
    let left = 1;
    return (folder, heard) => {
      if (left-- > 0) return watch(folder, { persistent: false }, heard);
      throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
    };
  };

  test('the other folders are polled, and one line of the log says so', async () => {
    const shelf = await newShelf({ hashFiles: false });
    put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
    put(shelf.root, 'B/1.cbz', await cbz({ seed: 2 }));
    await shelf.scanAll();
    const lines: unknown[] = [];
    const log = { ...silentLog(), warn: (fields: unknown) => lines.push(fields) } as unknown as WatchOptions['log'];
    const watcher = await watching({ log, watchFolder: exhausted()! });
    expect(watcher.size).toBe(1);
    writeFileSync(path.join(shelf.root, 'A/2.cbz'), await cbz({ seed: 3 }));
    await watcher.refresh();
    await untilAsked(['A']);
    await drain();
    await watcher.refresh();
    rmSync(path.join(shelf.root, 'B/1.cbz'));
    await watcher.refresh();
    await untilAsked(['B']);
    expect(lines).toEqual([{ reason: 'ENOSPC', watched: 1 }]);
  });
});
