import { createHandlers } from '../../src/library/handlers';
import { defaultLimits } from '../../src/media/limits';
import { submitDueEnrichment } from '../../src/library/enrich/due';
import { createQueue } from '../../src/queue/queue';
import { cbz, put } from '../support/book-builders';
import { startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { makeCatalogue } from '../support/small-catalogue';
import { until, whileRunning } from '../jobs/support';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, context } = useShelves();
const catalogue = makeCatalogue();
const lantern = catalogue.add({ title: { en: 'Blue Lantern' } });
let fake: FakeMangaDex;

beforeAll(async () => {
  fake = await startFakeMangaDex(catalogue);
});
afterAll(() => fake.close());

const settings = () => ({ mode: 'auto' as const, apiUrl: fake.url, uploadsUrl: fake.url });

/** Those of the server, with a MangaDex. */
const handlersOf = () =>
  createHandlers({ limits: defaultLimits, mangadex: settings(), tuning: { interval: 250, backoff: 1 } });

const scan = ({ library: { id: libraryId } }: Shelf, deep = false) =>
  handlersOf().scanLibrary(context(), { libraryId, deep });

/** Until nothing is due. */
async function drain(): Promise<void> {
  const handlers = handlersOf();
  await whileRunning({ url: database.url, db: database.db, handlers, concurrency: 2 }, () =>
    until(
      'the queue is empty',
      async () => {
        const { rows } = await database.db.raw<{ rows: unknown[] }>(
          'select 1 from graphile_worker.jobs where locked_at is not null or (attempts < max_attempts and run_at <= now()) limit 1',
        );
        return rows.length === 0;
      },
      20_000,
    ),
  );
}

test('what a scan finds is matched by itself, its new books are filled too, and reading it again changes nothing', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'Blue Lantern/Blue Lantern v01.cbz', await cbz());
  put(shelf.root, 'Nobody Knows It/1.cbz', await cbz());
  await scan(shelf);
  await drain();
  const link = { label: 'MangaDex', url: `https://mangadex.org/title/${lantern.id}` };
  expect((await shelf.series()).map(({ name, links }) => [name, links])).toEqual([
    ['Blue Lantern', [link]],
    ['Nobody Knows It', []],
  ]);
  const [first] = await shelf.books();
  expect(first?.authors).toContainEqual({ name: 'Mori Aoi', role: 'writer' });

  put(shelf.root, 'Blue Lantern/Blue Lantern v02.cbz', await cbz());
  await scan(shelf, true);
  await drain();
  expect((await shelf.book('Blue Lantern/Blue Lantern v02.cbz')).authors).toEqual(first?.authors);
  expect(fake.violations).toEqual([]);
  expect(await submitDueEnrichment(database.db, createQueue(database.db), settings())).toBe(false);
});

test('while MangaDex is down a scan notices nothing, and the match comes later', async () => {
  fake.isDown = true;
  await database.db.raw('truncate provider_response');
  const shelf = await newShelf();
  put(shelf.root, 'Blue Lantern/Blue Lantern v01.cbz', await cbz());
  await scan(shelf);
  await drain();
  expect(await shelf.books()).toMatchObject([{ mediaStatus: 'READY' }]);
  const { rows } = await database.db.raw<{ rows: unknown[] }>('select 1 from graphile_worker.jobs where attempts > 1');
  expect(rows).toEqual([]);
  fake.isDown = false;
  await database.db.raw('update provider_gate set open_until = null');
  await submitDueEnrichment(database.db, createQueue(database.db), settings());
  await drain();
  expect((await shelf.series())[0]?.links).toHaveLength(1);
});
