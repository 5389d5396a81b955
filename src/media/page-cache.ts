import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../base/files';

/** What was costly to make, on disk: unpacked, rendered and converted pages. The least recently used go first. */
export interface PageCache {
  get(key: string): Promise<Buffer | null>;
  has(key: string): boolean;
  put(key: string, data: Uint8Array): Promise<void>;
  /** Takes a finished file into the cache by renaming it; `incoming` is on the same disk. */
  adopt(key: string, file: string, size: number): Promise<void>;
  /** A folder for files that are to be adopted, removed at the next start. */
  incoming(): Promise<string>;
  readonly maxBytes: number;
  readonly bytes: number;
}

interface Known {
  size: number;
  used: number;
}

const fileName = (key: string) => createHash('sha256').update(key).digest('hex');

/** Sizes and times of what an earlier run left; unfinished files are removed. */
async function readFolder(folder: string): Promise<Map<string, Known>> {
  await mkdir(folder, { recursive: true });
  const found: [string, Known][] = [];
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (!/^[0-9a-f]{64}$/u.test(name)) {
      await rm(file, { recursive: true, force: true });
      continue;
    }
    const stats = await stat(file).catch(() => null);
    if (stats) found.push([name, { size: stats.size, used: stats.mtimeMs }]);
  }
  return new Map(found.sort(([, a], [, b]) => a.used - b.used));
}

/** Opens the cache in a folder of its own. Losing the folder, or files of it, costs time and nothing else. */
export async function createPageCache(folder: string, maxBytes: number): Promise<PageCache> {
  const known = await readFolder(folder);
  let bytes = [...known.values()].reduce((sum, { size }) => sum + size, 0);

  const forget = (name: string) => {
    bytes -= known.get(name)?.size ?? 0;
    known.delete(name);
  };
  const shrink = async () => {
    while (bytes > maxBytes) {
      const oldest = known.keys().next().value;
      if (oldest === undefined) return;
      forget(oldest);
      // whoever reads it has the whole of it or reads on in the unlinked file
      await rm(path.join(folder, oldest), { force: true });
    }
  };
  /** What would throw out most of the others is not worth keeping. */
  const isTooLarge = (size: number) => size > maxBytes / 4;
  const remember = async (name: string, size: number) => {
    forget(name);
    known.set(name, { size, used: Date.now() });
    bytes += size;
    await shrink();
  };
  return {
    maxBytes,
    get bytes() {
      return bytes;
    },
    has: (key) => known.has(fileName(key)),
    async get(key) {
      const name = fileName(key);
      const entry = known.get(name);
      if (!entry) return null;
      known.delete(name);
      known.set(name, { ...entry, used: Date.now() });
      const data = await readFile(path.join(folder, name)).catch(() => null);
      if (!data) forget(name);
      return data;
    },
    async put(key, data) {
      if (isTooLarge(data.length)) return;
      const name = fileName(key);
      await writeAtomically(path.join(folder, name), data);
      await remember(name, data.length);
    },
    async adopt(key, file, size) {
      if (isTooLarge(size)) return;
      const name = fileName(key);
      await rename(file, path.join(folder, name));
      await remember(name, size);
    },
    async incoming() {
      const target = path.join(folder, `incoming-${randomUUID()}`);
      await mkdir(target, { recursive: true });
      return target;
    },
  };
}
