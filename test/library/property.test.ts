import { existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { analyzeBooks } from '../../src/library/analyze';
import { deleteBookFile } from '../../src/library/delete-files';
import { hashBook } from '../../src/library/hash-book';
import { refreshSeries } from '../../src/library/refresh-series';
import { repairExtension } from '../../src/library/repair-extension';
import { emptyTrash } from '../../src/library/trash';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { updateLibrary } from '../../src/library/libraries';
import { Library } from '../../src/model/library';
import { ReadProgress } from '../../src/model/reading';
import { cbz } from '../support/book-builders';
import { aProgress, aReadList, aUser } from '../support/builders';
import { useKilledScanners } from './killed-scanner';
import { useShelves, type Shelf } from './support';

jest.setTimeout(120_000);

const { test: database, newShelf, context } = useShelves();
const workAndKill = useKilledScanners(database);
const deps = { limits: defaultLimits };
const steps = Number(process.env['PROPERTY_STEPS'] ?? 24);
const seeds = process.env['PROPERTY_SEED']
  ? process.env['PROPERTY_SEED'].split(',').map(Number)
  : [11, 23, 37, 41, 120];

/** A process takes a second or two to start: so many are killed for a seed, for the first two of them. */
const mostKills = Number(process.env['PROPERTY_KILLS'] ?? 4);

/** A small generator (mulberry32): the same seed gives the same sequence on every machine. */
function chance(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: <T>(items: readonly T[]): T | undefined => items[below(items.length)] };
}

const stemOf = (at: string) => at.replace(/\.(?:cbz|zip)$/, '');

/** A row as the rules of docs/decisions/0006 see it. */
interface Row {
  path: string;
  content: number;
  isLive: boolean;
  /** Of the database, once it was seen there. */
  id: string | null;
}

/** What the disk holds and what the database should make of it. */
class Model {
  readonly disk = new Map<string, number>();
  rows: Row[] = [];
  excluded: string | null = null;

  visible(): Map<string, number> {
    return new Map([...this.disk].filter(([at]) => this.excluded === null || !at.startsWith(`${this.excluded}/`)));
  }

  /** A scan: content goes before place, a place counts only when nothing else is known. */
  scan(): void {
    const files = this.visible();
    // the vanish guard: a library that is suddenly empty is one whose disk is missing
    if (files.size === 0) return;
    const found = new Set<Row>();
    const rowAt = (at: string) => this.rows.find((row) => row.path === at);
    const suspects: string[] = [];
    for (const [at, content] of files) {
      const row = rowAt(at);
      if (row?.content === content) found.add(row);
      else suspects.push(at);
    }
    const claims = new Map<string, Row>();
    for (const at of suspects) {
      const same = this.rows.filter((row) => row.content === files.get(at) && !found.has(row));
      const claim = same.find((row) => ![...claims.values()].includes(row));
      if (claim) claims.set(at, claim);
    }
    for (const at of suspects) {
      if (claims.has(at) || rowAt(at)) continue;
      // the same name with another extension, where nothing has that name any more
      const isGone = (row: Row) => !found.has(row) && ![...claims.values()].includes(row) && !files.has(row.path);
      const before = this.rows.find((row) => stemOf(row.path) === stemOf(at) && isGone(row));
      if (before === undefined) continue;
      before.content = files.get(at) ?? -1;
      claims.set(at, before);
    }
    const claimed = new Set(claims.values());
    for (const at of suspects) {
      const claim = claims.get(at);
      const here = rowAt(at);
      if (claim === undefined && here && !claimed.has(here)) {
        here.content = files.get(at) ?? -1;
        found.add(here);
      }
    }
    const fresh: Row[] = [];
    for (const at of suspects) {
      const claim = claims.get(at);
      const here = rowAt(at);
      if (claim) {
        if (here && here !== claim && !found.has(here)) here.path = `${at}#parked`;
        found.add(claim);
        continue;
      }
      if (here && found.has(here) && !claimed.has(here)) continue;
      fresh.push({ path: at, content: files.get(at) ?? -1, isLive: true, id: null });
    }
    for (const [at, claim] of claims) claim.path = at;
    for (const row of this.rows) row.isLive = found.has(row);
    this.rows.push(...fresh);
  }
}

interface World {
  shelf: Shelf;
  model: Model;
  userId: string;
  random: ReturnType<typeof chance>;
  /** What was done, for the message of a failure. */
  log: string[];
  contents: number;
  writes: number;
  kills: number;
  began: number;
  folders: number;
}

const folders = ['Ash', 'Birch', 'Deep/Cedar'];

function write(world: World, at: string, content: number, data: Buffer): void {
  const file = path.join(world.shelf.root, at);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
  // no two writes at one time: a file is known by size and time, and all of these have one size
  const time = new Date(world.began + 1000 * ++world.writes);
  utimesSync(file, time, time);
  world.model.disk.set(at, content);
}

const bytes = (content: number) => cbz({ pages: 3, seed: content });

function move(world: World, from: string, to: string): void {
  mkdirSync(path.dirname(path.join(world.shelf.root, to)), { recursive: true });
  renameSync(path.join(world.shelf.root, from), path.join(world.shelf.root, to));
  world.model.disk.set(to, world.model.disk.get(from) ?? -1);
  world.model.disk.delete(from);
}

/** A path that no file has. */
function freePath({ model, random }: World, extension = 'cbz'): string {
  for (;;) {
    const at = `${random.pick(folders) ?? ''}/${random.below(30)}.${extension}`;
    if (!model.disk.has(at)) return at;
  }
}

const anyFile = ({ model, random }: World) => random.pick([...model.visible().keys()]);
const knownId = ({ model }: World, at: string) => model.rows.find((row) => row.path === at && row.isLive)?.id ?? null;

type Step = (world: World) => Promise<string>;

const actions: Record<string, Step> = {
  async add(world) {
    const at = freePath(world);
    write(world, at, ++world.contents, await bytes(world.contents));
    return at;
  },
  async rename(world) {
    const from = anyFile(world);
    if (from === undefined) return 'nothing';
    const to = freePath(world);
    move(world, from, to);
    return Promise.resolve(`${from} → ${to}`);
  },
  async swap(world) {
    const [a, b] = [anyFile(world), anyFile(world)];
    if (a === undefined || b === undefined || a === b) return 'nothing';
    move(world, a, 'Ash/swap.tmp');
    move(world, b, a);
    move(world, 'Ash/swap.tmp', b);
    return Promise.resolve(`${a} ↔ ${b}`);
  },
  async renameFolder(world) {
    const folder = path.posix.dirname(anyFile(world) ?? '');
    if (folder === '.' || folder.includes('Renamed')) return 'nothing';
    const target = `Renamed ${++world.folders}`;
    renameSync(path.join(world.shelf.root, folder), path.join(world.shelf.root, target));
    for (const [at, content] of [...world.model.disk]) {
      if (path.posix.dirname(at) !== folder) continue;
      world.model.disk.delete(at);
      world.model.disk.set(`${target}/${path.posix.basename(at)}`, content);
    }
    return Promise.resolve(`${folder} → ${target}`);
  },
  async replace(world) {
    const at = anyFile(world);
    if (at === undefined) return 'nothing';
    write(world, at, ++world.contents, await bytes(world.contents));
    return at;
  },
  async remove(world) {
    const at = anyFile(world);
    if (at === undefined) return 'nothing';
    rmSync(path.join(world.shelf.root, at));
    world.model.disk.delete(at);
    return Promise.resolve(at);
  },
  async restore(world) {
    const there = new Set(world.model.disk.values());
    const row = world.random.pick(world.model.rows.filter(({ isLive, content }) => !isLive && !there.has(content)));
    if (row === undefined) return 'nothing';
    const at = world.random.below(2) === 0 || row.path.includes('#') ? freePath(world) : row.path;
    if (world.model.disk.has(at)) return 'nothing';
    write(world, at, row.content, await bytes(row.content));
    return `${row.content} at ${at}`;
  },
  async exclude(world) {
    const { model, shelf } = world;
    model.excluded = model.excluded === null ? 'Birch' : null;
    const scanDirectoryExclusions = model.excluded === null ? [] : ['/Birch'];
    await Library.query(database.db).findById(shelf.library.id).patch({ scanDirectoryExclusions });
    return String(model.excluded);
  },
  async unmount({ shelf, model }) {
    const away = `${shelf.root}-away`;
    renameSync(shelf.root, away);
    expect(await shelf.scan()).toBeNull();
    // only its mount point is left
    mkdirSync(shelf.root);
    if (model.rows.some(({ isLive }) => isLive)) expect(await shelf.scan()).toBeNull();
    rmSync(shelf.root, { recursive: true });
    renameSync(away, shelf.root);
    return 'and back';
  },
  async abort({ shelf, random }) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), random.below(25));
    await shelf.scan({ signal: stop.signal }).catch(() => null);
    clearTimeout(timer);
    return '';
  },
  /** Killed at any point, the next run finishes. */
  async kill(world) {
    if (world.kills-- <= 0) return 'nothing';
    const what = await workAndKill({ libraryId: world.shelf.library.id }, world.random.below(250));
    await settle(world);
    return what;
  },
  async killRepair(world) {
    const { shelf, model, random } = world;
    const made = await misnamed(world);
    if (made === null || world.kills-- <= 0) return 'nothing';
    const { at, repaired, bookId } = made;
    const what = await workAndKill({ libraryId: shelf.library.id, repair: bookId }, random.below(20));
    // whoever works in the library next finishes what was begun
    await shelf.scan();
    const isThere = [at, repaired].map((name) => existsSync(path.join(shelf.root, name)));
    expect(isThere[0]).not.toBe(isThere[1]);
    if (isThere[1]) follow(model, at, repaired);
    return `${at}: ${what}`;
  },
  /** What a library imports, and how new its series are, is no matter of what its books are. */
  async options({ shelf, random }) {
    const options = ['parseNames', 'scanForceModifiedTime', 'importComicInfoBook', 'analyzeDimensions'] as const;
    const name = random.pick(options) ?? 'parseNames';
    const { [name]: value } = await Library.query(database.db).findById(shelf.library.id).throwIfNotFound();
    await updateLibrary(context(), shelf.library.id, { [name]: !value });
    return `${name} ${String(!value)}`;
  },
  /** Without its format every book is gone at once: nothing is believed. */
  async formats({ shelf, model }) {
    await updateLibrary(context(), shelf.library.id, { scanCbx: false });
    if (model.rows.some(({ isLive }) => isLive)) expect(await shelf.scan()).toBeNull();
    await updateLibrary(context(), shelf.library.id, { scanCbx: true });
    return 'and back';
  },
  /** The disk is mounted elsewhere. */
  async root(world) {
    const { shelf } = world;
    const root = `${shelf.root}+`;
    renameSync(shelf.root, root);
    shelf.root = root;
    await updateLibrary(context(), shelf.library.id, { root });
    return root;
  },
  async deleteFile(world) {
    const at = anyFile(world);
    const bookId = at === undefined ? null : knownId(world, at);
    if (at === undefined || bookId === null) return 'nothing';
    await deleteBookFile(context(), { libraryId: world.shelf.library.id, bookId });
    const row = world.model.rows.find(({ id }) => id === bookId);
    const isKnown = row?.content === world.model.disk.get(at);
    // a file that is not the one that the database knows is left alone
    expect(existsSync(path.join(world.shelf.root, at))).toBe(!isKnown);
    if (row && isKnown) {
      row.isLive = false;
      world.model.disk.delete(at);
    }
    return at;
  },
  async emptyTrash({ shelf, model }) {
    await emptyTrash(context(), { libraryId: shelf.library.id });
    model.rows = model.rows.filter(({ isLive }) => isLive);
    return '';
  },
  /** Another name by the server itself. */
  async repair(world) {
    const made = await misnamed(world);
    if (made === null) return 'nothing';
    const { at, repaired, bookId } = made;
    await repairExtension(context(), { libraryId: world.shelf.library.id, bookId });
    follow(world.model, at, repaired);
    return at;
  },
};

/** A new book whose name says another format than it has; null where the right name is taken. */
async function misnamed(world: World): Promise<{ at: string; repaired: string; bookId: string } | null> {
  const { model } = world;
  const at = freePath(world, 'zip');
  const repaired = at.replace(/zip$/, 'cbz');
  if (model.disk.has(repaired) || model.rows.some((row) => row.path === repaired)) return null;
  write(world, at, ++world.contents, await bytes(world.contents));
  await settle(world);
  const bookId = knownId(world, at);
  return bookId === null ? null : { at, repaired, bookId };
}

function follow(model: Model, from: string, to: string): void {
  const content = model.disk.get(from);
  if (content === undefined) return;
  model.disk.delete(from);
  model.disk.set(to, content);
  for (const row of model.rows) if (row.path === from) row.path = to;
}

/** A scan and all that follows from it, without the queue; then the model sees the same. */
async function settle({ shelf, model, userId }: World): Promise<void> {
  const { db } = database;
  await shelf.scan();
  model.scan();
  const pending = await Book.query(db).whereIn('mediaStatus', ['UNKNOWN', 'OUTDATED']).whereNull('deletedAt');
  await analyzeBooks(context(), { bookIds: pending.map(({ id }) => id) }, deps);
  const unhashed = await Book.query(db).where({ fileHash: '' }).whereNull('deletedAt');
  for (const { id } of unhashed) await hashBook(context(), { bookId: id });
  for (const { id } of await shelf.series()) await refreshSeries(context(), { seriesId: id });
  await db.raw('delete from graphile_worker._private_jobs');
  for (const row of model.rows) {
    if (row.id !== null || !row.isLive) continue;
    const book = await shelf.book(row.path);
    row.id = book.id;
    // what people did with it: a place in it, a title of their own that is locked
    await aProgress(db, book, { userId, page: 2 });
    await Book.query(db)
      .findById(book.id)
      .patch({ title: `Mine ${book.id}`, locked: ['title'] });
  }
}

async function check({ shelf, model, userId }: World, listed: string[]): Promise<void> {
  const { db } = database;
  const books = await shelf.books();
  const live = books.filter(({ deletedAt }) => deletedAt === null);
  const wanted = model.rows.filter(({ isLive }) => isLive);
  const byPath = (a: [string, string | null], b: [string, string | null]) => (a[0] < b[0] ? -1 : 1);
  expect(live.map((book): [string, string | null] => [book.path, book.id]).sort(byPath)).toEqual(
    wanted.map((row): [string, string | null] => [row.path, row.id]).sort(byPath),
  );
  expect(books.map(({ id }) => id).sort()).toEqual(model.rows.map(({ id }) => id).sort());
  expect(live.filter(({ mediaStatus, pageCount }) => mediaStatus !== 'READY' || pageCount !== 3)).toEqual([]);
  const progress = new Set((await ReadProgress.query(db).where({ userId, page: 2 })).map(({ bookId }) => bookId));
  for (const book of books) {
    expect([book.path, book.title, progress.has(book.id)]).toEqual([book.path, `Mine ${book.id}`, true]);
  }
  // a series has exactly the books of its folder, and each book lies in one
  for (const series of await shelf.series()) {
    const inFolder = live.filter((book) => path.posix.dirname(book.path) === series.path);
    expect([series.path, live.filter((book) => book.seriesId === series.id).length]).toEqual([
      series.path,
      inFolder.length,
    ]);
    if (inFolder.length > 0) expect(series.deletedAt).toBeNull();
  }
  const members = await db<{ bookId: string }>('readListBook').select('bookId').orderBy('position');
  const left = members.map(({ bookId }) => bookId);
  const there = new Set(books.map(({ id }) => id));
  expect(left).toEqual(listed.filter((id) => there.has(id)));
}

describe.each(seeds)('whatever happens on the disk (seed %i)', (seed) => {
  test('a scan reaches the state that the rules predict; ids, progress, lists and locks stay with the content', async () => {
    const { db } = database;
    await db('library').delete();
    await db('readList').delete();
    const shelf = await newShelf({ vanishLimit: null, repairExtensions: true });
    const { id: userId } = await aUser(db);
    const kills = seeds.indexOf(seed) < 2 ? mostKills : 0;
    const zero = { contents: 0, folders: 0, writes: 0, kills };
    const world: World = {
      shelf,
      userId,
      model: new Model(),
      random: chance(seed),
      log: [],
      ...zero,
      began: Date.now(),
    };
    for (let count = 0; count < 6; count++) await actions['add']?.(world);
    await settle(world);
    const listed = await shelf.books();
    await aReadList(db, listed, { name: 'All' });
    const ids = listed.map(({ id }) => id);
    for (let step = 0; step < steps; step++) {
      // several things happen between two scans
      for (let more = world.random.below(3); more >= 0; more--) {
        const name = world.random.pick(Object.keys(actions)) ?? 'add';
        const what = await actions[name]?.(world);
        world.log.push(`${step}: ${name} ${what ?? ''}`);
      }
      await settle(world);
      try {
        await check(world, ids);
      } catch (error) {
        (error as Error).message = `${world.log.join('\n')}\n${(error as Error).message}`;
        throw error;
      }
    }
  });
});
