import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { nextVolume } from '../media/rar-volumes';
import type { FileVersion } from './analysis-outcome';

const isFirst = (name: string): boolean => {
  const number = /\.part(\d+)\.[^.]+$/iu.exec(name)?.[1];
  return /\.(?:rar|cbr)$/iu.test(name) && (number === undefined || Number(number) === 1);
};

/** The later volumes of the RAR that begins with this file, by their names, out of those beside it. */
export function laterVolumes(first: string, beside: ReadonlySet<string>): string[] {
  const later: string[] = [];
  let name = isFirst(first) ? nextVolume(first, first) : null;
  while (name !== null && beside.has(name)) {
    later.push(name);
    name = nextVolume(name, first);
  }
  return later;
}

/** The same on the disk, with what is known of each. Costs one look for a RAR that is a single file. */
export async function volumesOnDisk(file: string): Promise<{ file: string; stats: Stats }[]> {
  const [folder, first] = [path.dirname(file), path.basename(file)];
  const found: { file: string; stats: Stats }[] = [];
  let name = isFirst(first) ? nextVolume(first, first) : null;
  while (name !== null) {
    const place = path.join(folder, name);
    const stats = await stat(place).catch(() => null);
    if (!stats?.isFile()) break;
    found.push({ file: place, stats });
    name = nextVolume(name, first);
  }
  return found;
}

/** The later of birth and last change, milliseconds (Komga). */
export const timeOf = (stats: Stats): number => Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs));

/** Volumes are one book: as large as all together, and as new as the newest. */
export function joinVersions(versions: [FileVersion, ...FileVersion[]]): FileVersion {
  const size = versions.reduce((sum, version) => sum + version.size, 0);
  return { size, modifiedAt: Math.max(...versions.map(({ modifiedAt }) => modifiedAt)) };
}

/** The version of a file with those of its later volumes, and when any of them was last written to. */
export async function versionWithVolumes(file: string, stats: Stats): Promise<FileVersion & { writtenAt: number }> {
  const later = (await volumesOnDisk(file)).map((volume) => volume.stats);
  const versionOf = (one: Stats) => ({ size: one.size, modifiedAt: timeOf(one) });
  const writtenAt = Math.max(stats.mtimeMs, ...later.map(({ mtimeMs }) => mtimeMs));
  return { ...joinVersions([versionOf(stats), ...later.map(versionOf)]), writtenAt };
}
