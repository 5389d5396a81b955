import { fail, type ErrorCode } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import type { Container } from './reader';
import { checkSpan } from './span';

/** One entry of a RAR, 7z or TAR as the archive's headers tell it. */
export interface PackedEntry {
  /** Position among the entries of the archive. */
  index: number;
  name: string;
  size: number;
  packedSize: number;
  /** Where the packed data begins in the file; 0 where only the unpacker knows. */
  dataOffset: number;
  /** The bytes of the entry are bytes of the file. */
  stored: boolean;
  /** Bytes of the window the unpacker needs. */
  dictionary: number;
  /** Of the unpacked bytes, where the archive has one. */
  crc32: number | null;
  encrypted: boolean;
  /** A file with data of its own: no folder, no link. */
  file: boolean;
  /** Its rest, or its beginning, is in a volume that is not there. */
  cut?: boolean;
}

/** What is to be done with the entries of an archive while it is unpacked from the start. */
export interface UnpackPlan {
  /** Nothing in front of this entry is needed: where the archive can be entered there, it is. */
  from: number;
  /** Called with each entry in archive order; false passes over it (in a solid archive it is decoded all the same). */
  wants(index: number): boolean;
  /** A run of bytes of a wanted entry, only valid during the call; false stops the unpacking with an error. */
  write(index: number, bytes: Uint8Array): boolean;
  /** A wanted entry is complete and its checksum right; false ends the run. */
  done(index: number): boolean;
  /** `Date.now()` at which unpacking gives up. */
  deadline: number;
}

/** How a run ended: at which entry it failed and why. */
export interface UnpackFailure {
  index: number;
  code: 'ERR_1002' | 'ERR_2001' | 'ERR_2003' | 'ERR_2004' | 'ERR_2006';
}

/** An archive whose headers were read. */
export interface PackedBook {
  container: Container;
  source: ByteSource;
  /** Of the file, or of all its volumes. */
  bytes: number;
  /** It lies in more than one file. */
  volumes?: true;
  entries: PackedEntry[];
  /** The name of the volume that is not there. */
  missing?: string;
  /** Most entries can only be unpacked together with those before them. */
  solid: boolean;
  /** The headers ended before the archive did. */
  damaged: boolean;
  limits: MediaLimits;
  /** One synchronous run through the archive: only for threads that nobody waits for. */
  unpack(plan: UnpackPlan): Promise<UnpackFailure | null>;
}

/** Refuses archives that cannot be used as a book at all. */
export function checkEntries(entries: PackedEntry[], damaged: boolean, limits: MediaLimits): void {
  const files = entries.filter(({ file }) => file);
  if (files.length > 0 && files.every(({ encrypted }) => encrypted)) throw fail('ERR_1002');
  if (damaged && files.length === 0) throw fail('ERR_2002');
  if (entries.length > limits.entries) throw fail('ERR_2001', { entries: entries.length });
  const unpacked = files.reduce((sum, { size }) => sum + (Number.isFinite(size) ? size : 0), 0);
  if (unpacked > limits.totalBytes) throw fail('ERR_2001', { unpacked });
}

/** Why an entry cannot be read, or null. */
export function refusalOf(entry: PackedEntry, { bytes, limits }: PackedBook): ErrorCode | null {
  if (entry.encrypted) return 'ERR_1002';
  if (entry.cut === true) return 'ERR_1004';
  if (entry.dataOffset + entry.packedSize > bytes) return 'ERR_2002';
  if (entry.size > limits.entryBytes || entry.dictionary > limits.dictionaryBytes) return 'ERR_2001';
  if (entry.size > limits.ratioFromBytes && entry.size > entry.packedSize * limits.ratio) return 'ERR_2001';
  if (entry.stored && entry.size !== entry.packedSize) return 'ERR_2003';
  return null;
}

async function unpackOne(book: PackedBook, { index, size }: PackedEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  const failure = await book.unpack({
    from: index,
    wants: (candidate) => candidate === index,
    write(_, bytes) {
      total += bytes.length;
      if (total > size) return false;
      chunks.push(Buffer.from(bytes));
      return true;
    },
    done: () => false,
    deadline: Date.now() + book.limits.bookMilliseconds,
  });
  if (failure) throw fail(failure.code, { index, failedAt: failure.index });
  if (total !== size) throw fail('ERR_2003', { size: total, declared: size });
  return Buffer.concat(chunks, total);
}

/** The bytes of an entry of the archive, unpacked in this thread. */
export async function unpackEntry(book: PackedBook, index: number): Promise<Buffer> {
  const entry = book.entries[index];
  if (!entry?.file) throw fail('ERR_2003', { index });
  const problem = refusalOf(entry, book);
  if (problem !== null) throw fail(problem, { index });
  if (entry.size === 0) return Buffer.alloc(0);
  if (!entry.stored) return unpackOne(book, entry);
  const bytes = await book.source.read(entry.dataOffset, entry.size);
  checkSpan(bytes, { kind: 'span', offset: entry.dataOffset, size: entry.size, crc32: entry.crc32 });
  return bytes;
}
