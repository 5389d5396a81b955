import { fail, type ErrorCode } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import { readRar4Block } from './rar4-headers';
import { readRar5Block } from './rar5-headers';
import { walkHeaders, type RarEntry, type RarListing } from './rar-headers';
import { unpackOne } from './rar-unpack';

/** An archive whose headers were read. */
export interface RarBook {
  path: string;
  source: ByteSource;
  /** Where the archive begins in the file. */
  offset: number;
  container: 'rar4' | 'rar5';
  listing: RarListing;
  limits: MediaLimits;
}

/** The headers of an archive that can be used as a book, or an error with a code. */
async function readListing(source: ByteSource, { container, offset }: Detected, limits: MediaLimits) {
  const [skip, readBlock] = container === 'rar4' ? [7, readRar4Block] : ([8, readRar5Block] as const);
  const listing = await walkHeaders(source, offset + skip, readBlock, limits);
  const files = listing.entries.filter(({ file }) => file);
  if (listing.headersEncrypted || (files.length > 0 && files.every(({ encrypted }) => encrypted)))
    throw fail('ERR_1002');
  if (listing.volume || listing.entries.some(({ split }) => split)) throw fail('ERR_1004');
  if (listing.damaged && files.length === 0) throw fail('ERR_2002');
  if (listing.entries.length > limits.entries) throw fail('ERR_2001', { entries: listing.entries.length });
  return listing;
}

/** Why an entry cannot be read, or null. */
export function refusalOf(entry: RarEntry, { source, limits }: RarBook): ErrorCode | null {
  if (entry.encrypted) return 'ERR_1002';
  if (entry.dataOffset + entry.packedSize > source.size) return 'ERR_2002';
  if (entry.size > limits.entryBytes || entry.dictionary > limits.rarDictionaryBytes) return 'ERR_2001';
  if (entry.size > limits.ratioFromBytes && entry.size > entry.packedSize * limits.ratio) return 'ERR_2001';
  if (entry.stored && entry.size !== entry.packedSize) return 'ERR_2003';
  return null;
}

/** The bytes of an entry of the archive, unpacked in this thread. */
export async function unpackEntry(book: RarBook, index: number): Promise<Buffer> {
  const entry = book.listing.entries[index];
  if (!entry?.file) throw fail('ERR_2003', { index });
  const problem = refusalOf(entry, book);
  if (problem !== null) throw fail(problem, { index });
  if (entry.stored) return book.source.read(entry.dataOffset, entry.size);
  return unpackOne(book.path, book.offset, index, entry.size, Date.now() + book.limits.bookMilliseconds);
}

export async function readRarBook(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<RarBook> {
  const container = detected.container === 'rar4' ? 'rar4' : 'rar5';
  const listing = await readListing(source, detected, limits);
  return { path, source, offset: detected.offset, container, listing, limits };
}
