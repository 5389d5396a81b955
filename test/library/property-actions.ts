import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { convertBook } from '../../src/library/convert-book';
import { deleteBookFile } from '../../src/library/delete-files';
import { updateLibrary } from '../../src/library/libraries';
import { repairExtension } from '../../src/library/repair-extension';
import { emptyTrash } from '../../src/library/trash';
import { defaultLimits } from '../../src/media/limits';
import { Library } from '../../src/model/library';
import type { useKilledScanners } from './killed-scanner';
import type { World } from './property-world';

export type Action = (world: World) => Promise<string>;

const nothing = 'nothing';
const limits = { limits: defaultLimits };

/** What happens on the disk. */
const onDisk: Record<string, Action> = {
  async add(world) {
    const at = world.freePath();
    await world.writeNew(at);
    return at;
  },
  /** Within a library or between two. */
  async rename(world) {
    const from = world.anyFile();
    if (from === undefined) return nothing;
    const to = world.freePath(from.split('.').at(-1));
    world.move(from, to);
    return Promise.resolve(`${from} → ${to}`);
  },
  async swap(world) {
    const [a, b] = [world.anyFile(), world.anyFile()];
    if (a === undefined || b === undefined || a === b) return nothing;
    if (a.split('.').at(-1) !== b.split('.').at(-1)) return nothing;
    world.move(a, '0/Ash/swap.tmp');
    world.move(b, a);
    world.move('0/Ash/swap.tmp', b);
    return Promise.resolve(`${a} ↔ ${b}`);
  },
  /** Also to the other library: the series goes along. */
  async renameFolder(world) {
    const { model, random } = world;
    await world.settle();
    const from = path.posix.dirname(world.anyFile() ?? '.');
    if (from === '.' || from.includes('Renamed')) return nothing;
    const to = world.newFolder(random.below(3) === 0 ? '1' : '0');
    const before = await seriesAt(world, from);
    renameSync(world.placeOf(from), world.placeOf(to));
    for (const [at, content] of [...model.disk]) {
      if (path.posix.dirname(at) !== from) continue;
      model.disk.delete(at);
      model.disk.set(`${to}/${path.posix.basename(at)}`, content);
    }
    await world.settle();
    expect([to, (await seriesAt(world, to))?.id]).toEqual([to, before?.id]);
    return `${from} → ${to}`;
  },
  async replace(world) {
    const at = world.anyFile();
    if (at === undefined) return nothing;
    await world.writeNew(at);
    return at;
  },
  /** A better release of a chapter. */
  async upgrade(world) {
    const from = world.anyFile();
    const to = from?.replace(/^(.*\/\d+)\.\w+$/, '$1 (v2).cbz');
    if (from === undefined || to === undefined || to === from || world.model.disk.has(to)) return nothing;
    remove(world, from);
    await world.writeNew(to);
    return `${from} → ${to}`;
  },
  /** Somebody else's converter. */
  async convertElsewhere(world) {
    const from = world.anyFile();
    const to = from?.replace(/\.\w+$/, from.endsWith('cbz') ? '.cbt' : '.cbz');
    if (from === undefined || to === undefined || world.model.disk.has(to)) return nothing;
    remove(world, from);
    await world.writeNew(to);
    return `${from} → ${to}`;
  },
  async remove(world) {
    const at = world.anyFile();
    if (at === undefined) return nothing;
    remove(world, at);
    return Promise.resolve(at);
  },
  async restore(world) {
    const there = new Set(world.model.disk.values());
    const row = world.random.pick(world.model.rows.filter((one) => !one.isLive && !there.has(one.content)));
    if (row === undefined) return nothing;
    const extension = path.extname(row.path.split('#')[0] ?? '').slice(1);
    const at = world.random.below(2) === 0 || row.path.includes('#') ? world.freePath(extension) : row.path;
    if (world.model.disk.has(at)) return nothing;
    await world.write(at, row.content);
    return `${row.content} at ${at}`;
  },
  async unmount(world) {
    const { shelf, library } = world.anyShelf();
    const away = `${shelf.root}-away`;
    renameSync(shelf.root, away);
    expect(await shelf.scan()).toBeNull();
    // only its mount point is left
    mkdirSync(shelf.root);
    if (hasLive(world, library)) expect(await shelf.scan()).toBeNull();
    rmSync(shelf.root, { recursive: true });
    renameSync(away, shelf.root);
    return library;
  },
};

/** What people ask of the server. */
const byServer: Record<string, Action> = {
  async exclude(world) {
    const { model, shelves } = world;
    model.excluded = model.excluded === null ? '0/Birch' : null;
    const scanDirectoryExclusions = model.excluded === null ? [] : ['/Birch'];
    await Library.query(world.database.db).findById(shelves[0]!.library.id).patch({ scanDirectoryExclusions });
    return String(model.excluded);
  },
  /** What a library imports, and how new its series are, is no matter of what its books are. */
  async options(world) {
    const { shelf } = world.anyShelf();
    const names = ['parseNames', 'scanForceModifiedTime', 'importComicInfoBook', 'analyzeDimensions'] as const;
    const name = world.random.pick(names) ?? 'parseNames';
    const { [name]: value } = await Library.query(world.database.db).findById(shelf.library.id).throwIfNotFound();
    await updateLibrary(world.context(), shelf.library.id, { [name]: !value });
    return `${name} ${String(!value)}`;
  },
  /** Without its format every book is gone at once: nothing is believed. */
  async formats(world) {
    const { shelf, library } = world.anyShelf();
    await updateLibrary(world.context(), shelf.library.id, { scanCbx: false });
    if (hasLive(world, library)) expect(await shelf.scan()).toBeNull();
    await updateLibrary(world.context(), shelf.library.id, { scanCbx: true });
    return library;
  },
  /** The disk is mounted elsewhere. */
  async root(world) {
    const { shelf } = world.anyShelf();
    const root = `${shelf.root}+`;
    renameSync(shelf.root, root);
    shelf.root = root;
    await updateLibrary(world.context(), shelf.library.id, { root });
    return root;
  },
  async deleteFile(world) {
    const at = world.anyFile();
    const row = at === undefined ? undefined : world.model.rows.find((one) => one.path === at && one.isLive);
    if (at === undefined || row?.id == null) return nothing;
    const libraryId = world.shelves[Number(at[0])]!.library.id;
    await deleteBookFile(world.context(), { libraryId, bookId: row.id });
    const isKnown = row.content === world.model.disk.get(at);
    // a file that is not the one that the database knows is left alone
    expect(existsSync(world.placeOf(at))).toBe(!isKnown);
    if (!isKnown) return `not ${at}`;
    row.isLive = false;
    world.model.disk.delete(at);
    world.history.push(`BookFileDeleted ${row.id}`);
    return at;
  },
  async emptyTrash(world) {
    const { shelf, library } = world.anyShelf();
    await emptyTrash(world.context(), { libraryId: shelf.library.id });
    const { model } = world;
    model.rows = model.rows.filter(({ isLive, path: at }) => isLive || !at.startsWith(`${library}/`));
    return library;
  },
  /** Another name by the server itself. */
  async repair(world) {
    const made = await world.changeable('zip');
    if (made === null) return nothing;
    await repairExtension(world.context(), made);
    noteRepair(world, made);
    return made.at;
  },
  /** Another form. */
  async convert(world) {
    const made = await world.changeable('cbt');
    if (made === null) return nothing;
    await convertBook(world.context(), made, limits);
    noteConversion(world, made);
    return made.at;
  },
};

/** What stops the server in the middle. */
const cutOff = (workAndKill: ReturnType<typeof useKilledScanners>): Record<string, Action> => ({
  async abort(world) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), world.random.below(25));
    await world
      .anyShelf()
      .shelf.scan({ signal: stop.signal })
      .catch(() => null);
    clearTimeout(timer);
    return '';
  },
  /** Killed at any point, the next run finishes. */
  async kill(world) {
    if (world.people.kills-- <= 0) return nothing;
    const { shelf } = world.anyShelf();
    const what = await workAndKill({ libraryId: shelf.library.id }, world.random.below(250));
    await world.settle();
    return what;
  },
  async killChange(world) {
    const kind = world.random.below(2) === 0 ? 'repair' : 'convert';
    if (world.people.kills-- <= 0) return nothing;
    const made = await world.changeable(kind === 'repair' ? 'zip' : 'cbt');
    if (made === null) return nothing;
    const { at, changed, bookId, libraryId } = made;
    const what = await workAndKill({ libraryId, [kind]: bookId }, world.random.below(kind === 'repair' ? 20 : 200));
    // whoever works in the library next finishes what was begun
    await world.shelves[Number(at[0])]!.scan();
    if (world.expectEither(at, changed)) (kind === 'repair' ? noteRepair : noteConversion)(world, made);
    await world.settle();
    return `${kind} ${at}: ${what}`;
  },
});

export const actionsWith = (workAndKill: ReturnType<typeof useKilledScanners>): Record<string, Action> => ({
  ...onDisk,
  ...byServer,
  ...cutOff(workAndKill),
});

type Changed = NonNullable<Awaited<ReturnType<World['changeable']>>>;

function noteRepair(world: World, { at, changed, bookId }: Changed): void {
  world.follow(at, changed);
  world.history.push(`BookConverted ${bookId}`);
}

function noteConversion(world: World, { at, changed, bookId }: Changed): void {
  world.follow(at, changed, { isNew: true });
  world.history.push(`BookConverted ${bookId}`, `BookFileDeleted ${bookId}`);
}

function remove(world: World, at: string): void {
  rmSync(world.placeOf(at));
  world.model.disk.delete(at);
}

const hasLive = ({ model }: World, library: string) =>
  model.rows.some((row) => row.isLive && row.path.startsWith(`${library}/`));

async function seriesAt({ shelves }: World, folder: string) {
  return (await shelves[Number(folder[0])]!.series()).find((series) => series.path === folder.slice(2));
}
