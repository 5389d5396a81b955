import path from 'node:path';
import { isCoded } from '../base/errors';
import { openSource, type ByteSource } from './byte-source';
import type { RarEntry, RarListing } from './rar-headers';

/** Nobody cuts a comic into more pieces. */
const maxVolumes = 1000;

/** `x.part2.rar` after `x.part1.rar`; without such a number `x.r00`, …, `x.r99`, `x.s00` after `x.rar` (RAR 2). */
export function nextVolume(name: string, first: string): string | null {
  const numbered = /^(.*\.part)(\d+)(\.[^.]+)$/iu.exec(name);
  if (numbered) {
    const [, stem = '', digits = '', extension = ''] = numbered;
    return `${stem}${String(Number(digits) + 1).padStart(digits.length, '0')}${extension}`;
  }
  const extension = path.extname(name);
  const stem = name.slice(0, name.length - extension.length);
  if (name === first) return `${stem}.${extension === '.RAR' ? 'R' : 'r'}00`;
  const [, letter = '', digits = ''] = /^\.([a-z])(\d\d)$/iu.exec(extension) ?? [];
  if (letter === '' || letter.toLowerCase() === 'z') return null;
  const next = digits === '99' ? `${String.fromCharCode(letter.charCodeAt(0) + 1)}00` : null;
  return `${stem}.${next ?? `${letter}${String(Number(digits) + 1).padStart(2, '0')}`}`;
}

export interface RarVolumes {
  listing: RarListing;
  /** Files by the names under which the unpacker asks for them. */
  files: Map<string, string>;
  /** Bytes of all volumes. */
  bytes: number;
  /** The volume that should be there and is not. */
  missing?: string;
}

/** Adds what a volume lists: its first entry may go on with the last one so far. */
function join(all: RarEntry[], more: RarEntry[]): void {
  for (const entry of more) {
    const last = all.at(-1);
    if (entry.splitBefore && last?.splitAfter === true) {
      const { crc32, splitAfter } = entry;
      const sums = { packedSize: last.packedSize + entry.packedSize, parts: (last.parts ?? 1) + 1 };
      Object.assign(last, { ...sums, crc32, splitAfter, stored: false, dataOffset: 0 });
      continue;
    }
    // the place is one in another file: only the unpacker finds it
    all.push({ ...entry, index: all.length, stored: false, dataOffset: 0 });
  }
}

/** What a volume lists, or null where there is none. */
async function readVolume(place: string, walk: (source: ByteSource) => Promise<RarListing>) {
  const source = await openSource(place).catch((error: unknown) => {
    if (isCoded(error)) return null;
    throw error;
  });
  if (source === null) return null;
  try {
    const listing = await walk(source);
    return listing.volume ? { listing, size: source.size } : null;
  } finally {
    await source.close();
  }
}

/** Follows an archive from its first volume through those beside it. Without one of them the rest is damaged. */
export async function followVolumes(
  file: string,
  first: RarListing,
  walk: (source: ByteSource) => Promise<RarListing>,
): Promise<RarVolumes> {
  const [folder, start] = [path.dirname(file), path.basename(file)];
  const entries = first.entries.map((entry) => ({ ...entry }));
  const files = new Map([[start, file]]);
  let [bytes, last] = [0, first];
  let name = nextVolume(start, start);
  while (name !== null && files.size < maxVolumes && !last.damaged) {
    const place = path.join(folder, name);
    const volume = await readVolume(place, walk);
    if (!volume) break;
    files.set(name, place);
    bytes += volume.size;
    last = volume.listing;
    join(entries, last.entries);
    name = nextVolume(name, start);
  }
  const missing = last.more && !last.damaged && name !== null ? { missing: name } : {};
  return { listing: { ...first, entries, damaged: last.damaged || last.more }, files, bytes, ...missing };
}
