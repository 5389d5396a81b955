import { silentLog } from '../../src/base/log';
import { enrich } from '../../src/library/enrich/run';
import type { MangaDexSettings, Tuning } from '../../src/library/enrich/mangadex';
import type { RequestDeps } from '../../src/library/enrich/requests';
import { migrateQueue, createQueue } from '../../src/queue/queue';
import { aUser } from '../support/builders';
import { useDatabase, type TestDatabase } from '../support/database';
import { startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { makeCatalogue } from '../support/small-catalogue';
import { contextOf } from './support';

export interface Bench {
  test: Readonly<TestDatabase>;
  catalogue: ReturnType<typeof makeCatalogue>;
  readonly fake: FakeMangaDex;
  readonly settings: MangaDexSettings;
  /** Runs the task until nothing is due. */
  run(options?: { mode?: MangaDexSettings['mode']; signal?: AbortSignal }): Promise<void>;
  deps(): RequestDeps;
  userId(): Promise<string>;
}

const tuning: Tuning = { interval: 1, backoff: 1, patience: 20, breakerPauses: [150, 60_000] };

/** A database, and a MangaDex that answers at once; its limits have a test of their own. */
export function useMangaDex(): Bench {
  const test = useDatabase();
  const catalogue = makeCatalogue();
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

  return {
    test,
    catalogue,
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
