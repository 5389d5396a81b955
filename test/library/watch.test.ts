import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { createWatcher, type LibraryWatcher } from '../../src/library/watch';
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

async function watching(limit = 100): Promise<LibraryWatcher> {
  const { db } = database;
  const watcher = createWatcher({ db, queue: createQueue(db), log: silentLog(), limit, quietMilliseconds: 50 });
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
  until('the scans were asked for', async () => JSON.stringify(await asked()) === JSON.stringify(folders), 8_000);

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
  await until(
    'all was asked for',
    async () => {
      const folders = await asked();
      return ['New', 'Old', 'Publisher/Deep'].every((folder) => folders.includes(folder));
    },
    8_000,
  );
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
  await until('the new name was asked for', async () => (await asked()).includes('Renamed'), 8_000);
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
  expect((await watching(3)).size).toBe(3);
});
