import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import type { Queue } from '../queue/tasks';

/** inotify gives a user 8,192 watches on old systems, a hundred thousand and more on others, shared with every program. */
const maxWatches = 20_000;
/** A folder is looked through when nothing happened in it for so long, milliseconds … */
const quiet = 1_500;
/** … or, while a large file is copied into it, at the latest after this. */
const patience = 6_000;

interface Watched {
  libraryId: string;
  root: string;
  /** Below the root; '' is the root. */
  folder: string;
}

export interface WatchOptions {
  db: Database;
  queue: Queue;
  log: Log;
  limit?: number;
  quietMilliseconds?: number;
}

export interface LibraryWatcher {
  /** Brings the watches in line with the libraries and their folders. */
  refresh(): Promise<void>;
  /** Folders that are watched. */
  readonly size: number;
  close(): void;
}

/**
 * Notices changes in the folders of libraries as they happen, and asks for a scan of the folder. A convenience only: events
 * may be lost, shares send none, and watches are limited; the scans by interval are what counts.
 */
export function createWatcher(options: WatchOptions): LibraryWatcher {
  const { db, queue, log, limit = maxWatches, quietMilliseconds = quiet } = options;
  const watchers = new Map<string, FSWatcher>();
  const due = new Map<string, { timer: NodeJS.Timeout; since: number }>();
  let isFull = false;
  let isClosed = false;

  const keyOf = ({ libraryId, folder }: Watched) => `${libraryId}:${folder}`;

  function notice(place: Watched): void {
    const key = keyOf(place);
    const before = due.get(key);
    const since = before?.since ?? Date.now();
    clearTimeout(before?.timer);
    const delay = Math.max(0, Math.min(quietMilliseconds, since + patience - Date.now()));
    const timer = setTimeout(() => {
      due.delete(key);
      const part = place.folder === '' ? {} : { folder: place.folder };
      queue
        .submit('scanLibrary', { libraryId: place.libraryId, deep: false, ...part }, { priority: 7 })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'a change on the disk could not be passed on');
        });
    }, delay);
    due.set(key, { timer, since });
  }

  /** What happened in a folder: to a folder in it, which is looked through alone, or to a file. */
  async function happened(place: Watched, name: string | null): Promise<void> {
    if (isClosed || name?.startsWith('.') === true) return;
    const folder = name === null ? place.folder : path.posix.join(place.folder, name);
    const stats = name === null ? null : await stat(path.join(place.root, folder)).catch(() => null);
    if (stats?.isDirectory()) {
      const below = { ...place, folder };
      await addBelow(below);
      return notice(below);
    }
    const wasFolder = stats === null && name !== null && watchers.has(keyOf({ ...place, folder }));
    if (wasFolder) return notice({ ...place, folder });
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

  function add(place: Watched): void {
    const key = keyOf(place);
    if (isClosed || isFull || watchers.has(key)) return;
    if (watchers.size >= limit) return giveUp('limit');
    try {
      const watcher = watch(path.join(place.root, place.folder), { persistent: false }, (_, name) => {
        void happened(place, name);
      });
      watcher.on('error', () => remove(key));
      watchers.set(key, watcher);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EMFILE') giveUp(code);
    }
  }

  function giveUp(reason: string): void {
    isFull = true;
    log.warn(
      { reason, watched: watchers.size },
      'not all folders can be watched; the others are found by the next scan',
    );
  }

  function remove(key: string): void {
    watchers.get(key)?.close();
    watchers.delete(key);
  }

  async function refresh(): Promise<void> {
    const wanted = new Map((await findFolders(db)).map((place) => [keyOf(place), place]));
    const libraries = new Set([...wanted.values()].map(({ libraryId }) => libraryId));
    for (const key of [...watchers.keys()]) {
      // folders without books stay watched while their library is: books may come
      if (!libraries.has(key.slice(0, key.indexOf(':')))) remove(key);
    }
    isFull &&= watchers.size >= limit;
    for (const place of wanted.values()) add(place);
  }

  return {
    refresh,
    get size() {
      return watchers.size;
    },
    close() {
      isClosed = true;
      for (const { timer } of due.values()) clearTimeout(timer);
      for (const key of [...watchers.keys()]) remove(key);
    },
  };
}

/** The roots of libraries that are watched, the folders of their series, and what lies between. */
async function findFolders(db: Database): Promise<Watched[]> {
  const { rows } = await db.raw<{ rows: Watched[] }>(
    `select l.id as "libraryId", l.root, s.path as folder from library l
       join series s on s.library_id = l.id and s.deleted_at is null and not s.oneshot where l.watch
     union select l.id, l.root, regexp_replace(s.path, '/[^/]*$', '') from library l
       join series s on s.library_id = l.id and s.deleted_at is null and s.oneshot and s.path like '%/%' where l.watch
     union select id, root, '' from library where watch`,
  );
  const all = new Map<string, Watched>();
  for (const row of rows) {
    for (let folder = row.folder; ; folder = path.posix.dirname(folder)) {
      const plain = folder === '.' ? '' : folder;
      const key = `${row.libraryId}:${plain}`;
      if (all.has(key)) break;
      all.set(key, { ...row, folder: plain });
      if (plain === '') break;
    }
  }
  // the ones nearest to the root first: there new series appear
  return [...all.values()].sort((a, b) => a.folder.split('/').length - b.folder.split('/').length);
}
