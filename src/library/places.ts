import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { badRequest } from '../base/errors';
import { isInside } from '../base/files';
import type { Database } from '../db/database';
import { Library } from '../model/library';

/** Where people keep media; what of it does not exist is left out. */
const usual = ['/media', '/mnt', '/srv', '/data', '/library', '/libraries', '/books', '/comics', '/manga', '/Volumes'];
/** Mounts that hold the system, not anybody's books. */
const ofSystem = ['/proc', '/sys', '/dev', '/run', '/etc', '/boot', '/var', '/usr', '/snap', '/tmp'];

/** The folder, its links resolved; null when there is none. */
async function folderAt(place: string): Promise<string | null> {
  const real = await realpath(place).catch(() => null);
  const stats = real === null ? null : await stat(real).catch(() => null);
  return stats?.isDirectory() ? real : null;
}

async function mountPoints(): Promise<string[]> {
  const text = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  const points = text.split('\n').map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '));
  return points.filter((point) => point.length > 1 && !ofSystem.some((folder) => isInside(folder, point)));
}

/**
 * The folders that an administrator may look into through the server: those that hold libraries, mounted disks, and where
 * media usually lies. Not the whole disk of the host: a stolen session or key must not be able to read it.
 */
export async function allowedPlaces(db: Database): Promise<string[]> {
  const roots = (await Library.query(db).select('root')).map(({ root }) => path.dirname(root));
  const candidates = [...roots, ...(await mountPoints()), ...usual, homedir()].filter((place) => place !== '/');
  const found = (await Promise.all(candidates.map(folderAt))).flatMap((place) => place ?? []);
  const distinct = [...new Set(found)].filter((place) => place !== '/');
  return distinct.filter((place) => !distinct.some((other) => other !== place && isInside(other, place))).sort();
}

/** The real path of a folder or file that may be looked at. Throws 400, also for what exists and may not. */
export async function requireAllowed(db: Database, wanted: string): Promise<string> {
  if (!path.isAbsolute(wanted)) throw badRequest('Path must be absolute');
  const real = await realpath(wanted).catch(() => null);
  if (real === null) throw badRequest('Path does not exist');
  const places = await allowedPlaces(db);
  if (!places.some((place) => isInside(place, real))) throw badRequest('Path does not exist');
  return real;
}

export interface Place {
  type: 'directory' | 'file';
  name: string;
  path: string;
}

export interface PlaceListing {
  /** The folder above, '' where it may not be looked into; absent for the list of places. */
  parent?: string;
  directories: Place[];
  files: Place[];
}

const byPath = (a: Place, b: Place) => (a.path.toLowerCase() < b.path.toLowerCase() ? -1 : 1);

/** What lies in a folder, without what is hidden; of a file, or of what does not exist, what lies beside it (Komga). */
export async function listPlace(
  db: Database,
  wanted: string,
  { showFiles }: { showFiles: boolean },
): Promise<PlaceListing> {
  if (wanted === '') {
    const places = await allowedPlaces(db);
    return { directories: places.map((place) => ({ type: 'directory', name: place, path: place })), files: [] };
  }
  if (!path.isAbsolute(wanted)) throw badRequest('Path must be absolute');
  const exact = await folderAt(wanted);
  const folder = await requireAllowed(db, exact ?? path.dirname(path.resolve(wanted)));
  const entries = await placesIn(folder);
  const parent = path.dirname(exact === null ? path.resolve(wanted) : folder);
  const mayGoUp = (await allowedPlaces(db)).some((place) => isInside(place, parent));
  return {
    parent: mayGoUp ? parent : '',
    directories: entries.filter(({ type }) => type === 'directory').sort(byPath),
    files: showFiles ? entries.filter(({ type }) => type === 'file').sort(byPath) : [],
  };
}

async function placesIn(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw badRequest('Path does not exist');
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  return visible.flatMap((entry) => {
    const type = entry.isDirectory() ? ('directory' as const) : entry.isFile() ? ('file' as const) : null;
    return type === null ? [] : { type, name: entry.name, path: path.join(folder, entry.name) };
  });
}
