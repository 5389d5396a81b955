import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import type { Queue } from '../queue/tasks';
import { createDueFolders } from './watch-due';
import { findFolders, keyOf, type Watched } from './watch-folders';

/** inotify gives a user 8,192 watches on old systems, a hundred thousand and more on others, shared with every program. */
const maxWatches = 20_000;
/** Folders that cannot be watched are looked at in turn, so many in one refresh. */
const polledAtOnce = 5_000;

export interface WatchOptions {
  db: Database;
  queue: Queue;
  log: Log;
  limit?: number;
  quietMilliseconds?: number;
  watchFolder?: (
    folder: string,
    heard: (event: string, name: string | null) => void,
  ) => Pick<FSWatcher, 'close' | 'on'>;
}

const watchBySystem: NonNullable<WatchOptions['watchFolder']> = (folder, heard) =>
  watch(folder, { persistent: false }, heard);

export interface LibraryWatcher {
  /** Brings the watches in line with the libraries and their folders. */
  refresh(): Promise<void>;
  /** Folders that are watched. */
  readonly size: number;
  close(): void;
}

/**
 * Notices changes in the folders of libraries as they happen, and asks for a scan of the folder. A convenience only: events
 * may be lost, shares send none, and watches are limited; the scans by interval are what counts. Folders for which the
 * system has no watch left are looked at at each refresh: one `stat` tells whether something came or went.
 */
export function createWatcher(options: WatchOptions): LibraryWatcher {
  const { db, queue, log, limit = maxWatches, quietMilliseconds, watchFolder = watchBySystem } = options;
  const due = createDueFolders({ queue, log, ...(quietMilliseconds === undefined ? {} : { quietMilliseconds }) });
  const { notice } = due;
  const watchers = new Map<string, Pick<FSWatcher, 'close' | 'on'>>();
  const polled = new Map<string, number>();
  let pollFrom = 0;
  let isFull = false;
  let isTold = false;
  let isClosed = false;

  /** What happened in a folder: to a folder in it, which is looked through alone, or to a file. */
  async function happened(place: Watched, event: string, name: string | null): Promise<void> {
    if (isClosed || name?.startsWith('.') === true) return;
    const folder = name === null ? place.folder : path.posix.join(place.folder, name);
    const stats = name === null ? null : await stat(path.join(place.root, folder)).catch(() => null);
    const below = { ...place, folder, scannedAt: null };
    if (stats?.isDirectory()) {
      // another folder may have taken the name: the old watch is that of a folder which is gone or has another name
      if (event === 'rename') forget(below);
      await addBelow(below);
      return notice(below);
    }
    const wasFolder = stats === null && name !== null && (watchers.has(keyOf(below)) || polled.has(keyOf(below)));
    if (wasFolder) {
      forget(below);
      return notice(below);
    }
    // a file in the root: all of the library, unless folders are all that changed
    notice(place);
  }

  /** A folder that was moved here brings others along. */
  async function addBelow(place: Watched): Promise<void> {
    add(place);
    const entries = await readdir(path.join(place.root, place.folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      await addBelow({ ...place, folder: path.posix.join(place.folder, entry.name) });
    }
  }

  /** True when the folder is watched. */
  function add(place: Watched): boolean {
    const key = keyOf(place);
    if (watchers.has(key)) return true;
    if (isClosed || isFull) return false;
    if (watchers.size >= limit) return giveUp('limit');
    try {
      const watcher = watchFolder(path.join(place.root, place.folder), (event, name) => {
        void happened(place, event, name);
      });
      watcher.on('error', () => remove(key));
      watchers.set(key, watcher);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOSPC' || code === 'EMFILE' ? giveUp(code) : false;
    }
  }

  function giveUp(reason: string): false {
    // told once, not at each refresh
    if (!isTold) log.warn({ reason, watched: watchers.size }, 'not all folders can be watched; the others are polled');
    isTold = true;
    isFull = true;
    return false;
  }

  function remove(key: string): void {
    watchers.get(key)?.close();
    watchers.delete(key);
    polled.delete(key);
  }

  /** A folder with everything below it. */
  function forget(place: Watched): void {
    const key = keyOf(place);
    for (const known of [...watchers.keys(), ...polled.keys()]) {
      if (known === key || known.startsWith(`${key}/`)) remove(known);
    }
  }

  /** Whether something came into the folder or left it since it was last looked at. */
  async function lookAt(place: Watched, since: number | null): Promise<number | null> {
    const stats = await stat(path.join(place.root, place.folder)).catch(() => null);
    if (stats === null) return null;
    const time = Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs));
    if (since !== null && time > since) notice(place);
    return time;
  }

  /** Some of the folders that are not watched; the next ones the next time. */
  async function poll(places: Watched[]): Promise<void> {
    const from = places.length <= polledAtOnce ? 0 : pollFrom % places.length;
    const turn = [...places.slice(from), ...places.slice(0, from)].slice(0, polledAtOnce);
    pollFrom = from + turn.length;
    for (const place of turn) {
      const time = await lookAt(place, polled.get(keyOf(place)) ?? place.scannedAt);
      if (time !== null) polled.set(keyOf(place), time);
    }
  }

  async function refresh(): Promise<void> {
    const wanted = new Map((await findFolders(db)).map((place) => [keyOf(place), place]));
    const libraries = new Set([...wanted.values()].map(({ libraryId }) => libraryId));
    for (const key of [...watchers.keys(), ...polled.keys()]) {
      // folders without books stay watched while their library is: books may come
      if (!libraries.has(key.slice(0, key.indexOf(':')))) remove(key);
    }
    isFull &&= watchers.size >= limit;
    const unwatched: Watched[] = [];
    for (const [key, place] of wanted) {
      if (watchers.has(key)) continue;
      if (!add(place)) unwatched.push(place);
      // what came between its scan and now
      else await lookAt(place, place.scannedAt);
    }
    await poll(unwatched);
  }

  return {
    refresh,
    get size() {
      return watchers.size;
    },
    close() {
      isClosed = true;
      due.close();
      for (const key of [...watchers.keys()]) remove(key);
    },
  };
}
