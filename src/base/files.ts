import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { realpath } from 'node:fs/promises';
import { fail } from './errors';

/** True when `child` is `parent` or lies below it. Both absolute; compared segment by segment, without touching the disk. */
export function isInside(parent: string, child: string): boolean {
  const relative = path.relative(parent, child);
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative));
}

/**
 * The real path of `relative` below `root`, links resolved. Throws ERR_1018 when it does not exist or leads outside the
 * root: a path from the database or from outside never opens a file beyond its library.
 */
export async function resolveInside(root: string, relative: string): Promise<string> {
  const target = path.resolve(root, relative);
  if (!isInside(root, target)) throw fail('ERR_1018', { relative });
  try {
    const [realRoot, realTarget] = await Promise.all([realpath(root), realpath(target)]);
    if (!isInside(realRoot, realTarget)) throw fail('ERR_1018', { relative });
    return realTarget;
  } catch (error) {
    throw fail('ERR_1018', { relative }, error);
  }
}

/** Writes beside the target and renames, so that a reader sees the old file or the whole new one. */
export async function writeAtomically(target: string, data: string | Uint8Array, mode?: number): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, data, mode === undefined ? {} : { mode });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
