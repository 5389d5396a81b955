import { basename } from 'node:path';
import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import { checkEntries, type PackedBook, type PackedEntry } from './packed-book';
import { readRar4Block } from './rar4-headers';
import { readRar5Block } from './rar5-headers';
import { walkHeaders, type RarListing } from './rar-headers';
import { unpackRar } from './rar-unpack';
import { followVolumes, type RarVolumes } from './rar-volumes';

const readBlocks = { rar4: readRar4Block, rar5: readRar5Block };
const signatureBytes = { rar4: 7, rar5: 8 };

/** A volume that is not the first: its first entry goes on from one before, or its name says so. */
function isLater(path: string, { entries }: RarListing): boolean {
  const number = /\.part(\d+)\.[^.]+$/iu.exec(path)?.[1];
  return (
    entries[0]?.splitBefore === true || (number !== undefined && Number(number) > 1) || /\.[r-z]\d\d$/iu.test(path)
  );
}

/** The headers of an archive, in all of its volumes. */
async function readVolumes(
  path: string,
  source: ByteSource,
  { container, offset }: Detected,
  limits: MediaLimits,
): Promise<RarVolumes> {
  const kind = container === 'rar4' ? 'rar4' : 'rar5';
  const [skip, readBlock] = [signatureBytes[kind], readBlocks[kind]];
  const walk = (volume: ByteSource, start: number) => walkHeaders(volume, start + skip, readBlock, limits);
  const listing = await walk(source, offset);
  if (listing.headersEncrypted) throw fail('ERR_1002');
  if (!listing.volume) return { listing, files: new Map([[basename(path), path]]), bytes: source.size };
  if (isLater(path, listing)) throw fail('ERR_1004', { reason: 'not the first volume' });
  const volumes = await followVolumes(path, listing, (volume) => walk(volume, 0));
  return { ...volumes, bytes: volumes.bytes + source.size };
}

/** A RAR archive that can be used as a book, or an error with a code. */
export async function readRarBook(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<PackedBook> {
  const { listing, files, bytes, missing } = await readVolumes(path, source, detected, limits);
  const { solid, damaged } = listing;
  const entries = listing.entries.map((entry): PackedEntry => ({
    ...entry,
    cut: entry.splitBefore || entry.splitAfter,
  }));
  if (missing !== undefined && !entries.some(({ file }) => file)) throw fail('ERR_2015', { missing });
  checkEntries(entries, damaged, limits);
  // the unpacker passes over a solid archive by decoding it, over others from header to header
  const parts = (index: number) => (solid ? 1 : (listing.entries[index]?.parts ?? 1));
  const unpack: PackedBook['unpack'] = (plan) => unpackRar({ path, offset: detected.offset, files, parts }, plan);
  const volumes = { ...(listing.volume ? { volumes: true as const } : {}), ...(missing ? { missing } : {}) };
  return { container: detected.container, source, bytes, ...volumes, entries, solid, damaged, limits, unpack };
}
