import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import type { PackedEntry } from './packed-book';

/** One file, folder or link as its header in the archive tells it. */
export interface RarEntry extends PackedEntry {
  /** Goes on from the volume before, or into the next. */
  splitBefore: boolean;
  splitAfter: boolean;
  /** Headers that it has, one in each volume that holds some of it. */
  parts?: number;
}

export interface RarListing {
  entries: RarEntry[];
  solid: boolean;
  volume: boolean;
  headersEncrypted: boolean;
  /** The end says that another volume follows. */
  more: boolean;
  /** The walk stopped at something that is no header before the end of the archive. */
  damaged: boolean;
}

/** What a walk of one format finds at a position: the block, and where the next one begins. */
export interface RarBlock {
  entry?: Omit<RarEntry, 'index'>;
  main?: { solid: boolean; volume: boolean };
  headersEncrypted?: boolean;
  end?: boolean;
  /** Of the end: another volume follows. */
  more?: boolean;
  next: number;
}

export type ReadBlock = (source: ByteSource, position: number, limits: MediaLimits) => Promise<RarBlock | null>;

/** Walks the headers of an archive; stops without an error at damage, at the end or where the rest is encrypted. */
export async function walkHeaders(
  source: ByteSource,
  start: number,
  readBlock: ReadBlock,
  limits: MediaLimits,
): Promise<RarListing> {
  const flags = { solid: false, volume: false, headersEncrypted: false, more: false, damaged: false };
  const listing: RarListing = { entries: [], ...flags };
  let position = start;
  // folders and service blocks have no data: the number of blocks has to be bounded apart from the file's size
  for (let blocks = 0; position < source.size && blocks < 2 * limits.entries; blocks++) {
    const block = await readBlock(source, position, limits);
    if (!block || block.next <= position) return { ...listing, damaged: true };
    if (block.main) Object.assign(listing, block.main);
    if (block.headersEncrypted === true) return { ...listing, headersEncrypted: true };
    if (block.end === true) return { ...listing, more: block.more === true };
    if (block.entry) listing.entries.push({ ...block.entry, index: listing.entries.length });
    position = block.next;
  }
  return listing;
}
