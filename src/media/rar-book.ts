import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import { checkEntries, type PackedBook } from './packed-book';
import { readRar4Block } from './rar4-headers';
import { readRar5Block } from './rar5-headers';
import { walkHeaders, type RarListing } from './rar-headers';
import { unpackRar } from './rar-unpack';

/** The headers of an archive that can be used as a book, or an error with a code. */
async function readListing(
  source: ByteSource,
  { container, offset }: Detected,
  limits: MediaLimits,
): Promise<RarListing> {
  const [skip, readBlock] = container === 'rar4' ? [7, readRar4Block] : ([8, readRar5Block] as const);
  const listing = await walkHeaders(source, offset + skip, readBlock, limits);
  if (listing.headersEncrypted) throw fail('ERR_1002');
  checkEntries(listing.entries, listing.damaged, limits);
  if (listing.volume || listing.entries.some(({ split }) => split)) throw fail('ERR_1004');
  return listing;
}

export async function readRarBook(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<PackedBook> {
  const { entries, solid, damaged } = await readListing(source, detected, limits);
  const unpack: PackedBook['unpack'] = (plan) => unpackRar(path, detected.offset, plan);
  return { container: detected.container, source, entries, solid, damaged, limits, unpack };
}
