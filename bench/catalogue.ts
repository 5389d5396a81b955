import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../src/db/database';
import { startEmbedded } from '../src/db/embedded';
import { migrate } from '../src/db/migrate';
import { createApiKey } from '../src/library/api-keys';
import { createUser, unrestricted } from '../src/library/users';
import { migrateQueue } from '../src/queue/queue';
import { option, print, timed } from './figures';
import { seedCatalogue, type SeedSize } from './seed';

/** The two catalogues of performance.md §2. */
export const sizes = {
  small: { series: 10_000, booksEach: 5 },
  large: { series: 100_000, booksEach: 10 },
} satisfies Record<string, SeedSize>;

export type SizeName = keyof typeof sizes;

/** What is known of a catalogue, also of one that an earlier run left. */
export interface Filled {
  libraryIds: string[];
  userId: string;
  /** Of somebody who sees everything and reads, of somebody who sees two libraries without what is for adults, of an administrator. */
  keys: { all: string; restricted: string; admin: string };
}

export interface Catalogue extends Filled {
  db: Database;
  url: string;
  folder: string;
}

/**
 * Runs work on a filled database. With `--keep=<folder>` the database stays there for the next run, of any bench that
 * reads it; migrations that came since are applied to it as on any installation.
 */
export async function withCatalogue<T>(name: SizeName, work: (catalogue: Catalogue) => Promise<T>): Promise<T> {
  const kept = option('keep');
  const folder = kept === null ? mkdtempSync(path.join(tmpdir(), 'kiremisu-bench-')) : path.join(kept, name);
  mkdirSync(folder, { recursive: true });
  // the server's own user has to pass
  chmodSync(folder, 0o755);
  const log = silentLog();
  const postgres = await startEmbedded({ dataDir: path.join(folder, 'data'), log });
  const db = await openDatabase(postgres.url, { log, applicationName: 'bench' });
  try {
    await migrate(db);
    await migrateQueue(postgres.url, log);
    const filled = await filledOf(db, name, path.join(folder, 'filled.json'));
    return await work({ ...filled, db, url: postgres.url, folder });
  } finally {
    await closeDatabase(db);
    await postgres.stop();
    if (kept === null) rmSync(folder, { recursive: true, force: true });
  }
}

async function filledOf(db: Database, name: SizeName, file: string): Promise<Filled> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Filled;
  const { series, booksEach } = sizes[name];
  print(`filling ${series} series, ${series * booksEach} books…`);
  let filled: Filled | null = null;
  const time = await timed(async () => {
    const { userId, libraryIds } = await seedCatalogue(db, sizes[name]);
    filled = { userId, libraryIds, keys: await keysOf(db, userId, libraryIds) };
  });
  print(`filled in ${(time / 1000).toFixed(0)} s`);
  writeFileSync(file, JSON.stringify(filled));
  return filled as unknown as Filled;
}

async function keysOf(db: Database, userId: string, libraryIds: string[]): Promise<Filled['keys']> {
  const { user } = await createUser(db, {
    ...{ email: 'restricted@example.org', password: 'a password of no use' },
    restrictions: {
      ...{ ...unrestricted, roles: ['PAGE_STREAMING'] },
      sharedLibraries: { all: false, libraryIds: libraryIds.slice(0, 2) },
      ageRestriction: { age: 16, mode: 'EXCLUDE' },
      labelsExclude: ['hidden'],
    },
  });
  const admin = await createUser(db, {
    ...{ email: 'admin@example.org', password: 'a password of no use' },
    restrictions: { ...unrestricted, roles: ['ADMIN'] },
  });
  const keyOf = async (id: string) => (await createApiKey(db, id, 'bench')).key;
  return { all: await keyOf(userId), restricted: await keyOf(user.id), admin: await keyOf(admin.user.id) };
}
