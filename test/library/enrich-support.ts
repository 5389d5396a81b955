import { silentLog } from '../../src/base/log';
import { enrich } from '../../src/library/enrich/run';
import type { MangaDexSettings, Tuning } from '../../src/library/enrich/mangadex';
import type { RequestDeps } from '../../src/library/enrich/requests';
import { migrateQueue, createQueue } from '../../src/queue/queue';
import { Book } from '../../src/model/book';
import { SeriesCandidate, SeriesMatch } from '../../src/model/match';
import { Series } from '../../src/model/series';
import { aBook, aSeries, aUser } from '../support/builders';
import { useDatabase, type TestDatabase } from '../support/database';
import { startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { makeCatalogue, tags } from '../support/small-catalogue';
import { contextOf } from './support';

export interface Bench {
  titles: Titles;
  shelf: ReturnType<typeof shelfOf>;
  test: Readonly<TestDatabase>;
  catalogue: ReturnType<typeof makeCatalogue>;
  readonly fake: FakeMangaDex;
  readonly settings: MangaDexSettings;
  /** Runs the task until nothing is due. */
  run(options?: { mode?: MangaDexSettings['mode']; signal?: AbortSignal }): Promise<void>;
  deps(): RequestDeps;
  userId(): Promise<string>;
}

type Catalogue = ReturnType<typeof makeCatalogue>;
type Titles = ReturnType<typeof addTitles>;

/** What this MangaDex knows. */
function addTitles(catalogue: Catalogue) {
  const harbor = catalogue.add({
    title: { 'ja-ro': 'Minato no Yoru' },
    altTitles: [{ en: 'Harbor Nights' }, { ja: '港の夜' }, { de: 'Nächte am Hafen' }],
    description: { en: 'Ships &hearts; and *storms*.\n\n---\n**Links:** [x](https://example.org)' },
    links: { al: '777', raw: 'https://example.org/raw', bad: 'javascript:alert(1)' },
    tags: [tags.action.id, tags.pirates.id, tags.gore.id],
    publicationDemographic: 'seinen',
    status: 'completed',
    lastVolume: '3',
    author: 'Sato Umi',
    artist: 'Kaji Ren',
    cover: 'main.jpg',
  });
  const twins = [
    catalogue.add({ title: { en: 'Twin Moon' } }),
    catalogue.add({ title: { en: 'Twin Moon' }, author: 'B C' }),
  ];
  const strip = catalogue.add({
    title: { 'ko-ro': 'Gureum' },
    altTitles: [{ en: 'Cloud Ladder' }],
    originalLanguage: 'ko',
    tags: [tags.longStrip.id],
    cover: 'cloud.jpg',
  });
  return { harbor, twins, strip };
}

const without = (row: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

/** Series on the shelf, and what became of them. */
function shelfOf(test: Readonly<TestDatabase>) {
  const one = (id: string) => Series.query(test.db).findById(id).throwIfNotFound();
  const matchOf = (id: string) => SeriesMatch.query(test.db).findById(id);
  const booksOf = (seriesId: string) => Book.query(test.db).where({ seriesId }).orderBy('numberSort');
  const candidates = (seriesId: string) => SeriesCandidate.query(test.db).where({ seriesId }).orderBy('score', 'desc');

  async function volumes(name: string, count = 2, fields: Parameters<typeof aSeries>[1] = {}) {
    const series = await aSeries(test.db, { name, ...fields });
    for (let number = 1; number <= count; number++) await aBook(test.db, { series, name: `${name} v0${number}` });
    return one(series.id);
  }

  // everything that metadata can be in, but for when it was written
  async function snapshot(seriesId: string) {
    const series = without((await one(seriesId)).toJSON(), 'metadataModifiedAt', 'booksMetadataModifiedAt');
    const books = (await booksOf(seriesId)).map((book) => without(book.toJSON(), 'metadataModifiedAt'));
    const posters = await test.db('poster').select('type', 'selected', 'origin').orderBy('type');
    return { series, books, posters };
  }
  return { one, matchOf, booksOf, candidates, volumes, snapshot };
}

const tuning: Tuning = { interval: 1, backoff: 1, patience: 20, breakerPauses: [150, 60_000] };

/** A database, and a MangaDex that answers at once; its limits have a test of their own. */
export function useMangaDex(): Bench {
  const test = useDatabase();
  const catalogue = makeCatalogue();
  const titles = addTitles(catalogue);
  const held: { fake?: FakeMangaDex } = {};
  const fake = () => {
    if (!held.fake) throw new Error('The server is there only inside tests and their hooks');
    return held.fake;
  };
  const settings = (mode: MangaDexSettings['mode'] = 'auto') => ({
    mode,
    apiUrl: fake().url,
    uploadsUrl: fake().url,
  });

  beforeAll(async () => {
    await migrateQueue(test.url, silentLog());
    held.fake = await startFakeMangaDex(catalogue, { limit: 1_000_000 });
  });
  afterAll(() => held.fake?.close());
  beforeEach(async () => {
    await test.db.raw('truncate library, provider_gate, provider_response, operation cascade');
    fake().requests.length = 0;
    fake().isDown = false;
    fake().covers.clear();
    fake().chapters.clear();
  });

  return {
    ...{ test, catalogue, titles, shelf: shelfOf(test) },
    get fake() {
      return fake();
    },
    get settings() {
      return settings();
    },
    run: async ({ mode, signal } = {}) => {
      await enrich(contextOf(test, signal), {}, { mangadex: settings(mode), tuning });
    },
    deps: () => ({ db: test.db, queue: createQueue(test.db), mangadex: settings(), tuning }),
    userId: async () => (await aUser(test.db)).id,
  };
}
