import { fail } from '../base/errors';
import { compareNatural } from '../base/natural-order';
import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import { pictureSize } from './picture-size';
import { isHiddenName, looksLikePicture, otherType, pictureType } from './picture-type';
import { readRar4Block } from './rar4-headers';
import { readRar5Block } from './rar5-headers';
import { walkHeaders, type RarEntry, type RarListing } from './rar-headers';
import { unpack, unpackOne, type UnpackPlan } from './rar-unpack';
import type { BookContent, PageEntry, PageLocation, Reader } from './reader';
import { bufferStream } from './zip-entry';
import { openSpan } from './span';

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
export function refusalOf(entry: RarEntry, { source, limits }: RarBook): string | null {
  if (entry.encrypted) return 'ERR_1002';
  if (entry.dataOffset + entry.packedSize > source.size) return 'ERR_2002';
  if (entry.size > limits.entryBytes || entry.dictionary > limits.rarDictionaryBytes) return 'ERR_2001';
  if (entry.size > limits.ratioFromBytes && entry.size > entry.packedSize * limits.ratio) return 'ERR_2001';
  if (entry.stored && entry.size !== entry.packedSize) return 'ERR_2003';
  return null;
}

const locationOf = (entry: RarEntry): PageLocation =>
  entry.stored
    ? { kind: 'span', offset: entry.dataOffset, size: entry.size }
    : { kind: 'entry', name: entry.name, index: entry.index };

/** Metadata that is unpacked on the way, so that a solid archive is not decoded once more for it. */
const isMetadata = (entry: RarEntry) => /\.(xml|opf)$/iu.test(entry.name);
const metadataKept = 256 * 1024;

/** Entries are looked at unless their name says that they are something else for certain. */
const mayBePage = (entry: RarEntry) =>
  !isHiddenName(entry.name) && otherType(entry.name) === 'application/octet-stream';

interface Heads {
  heads: Map<number, Buffer>;
  problems: Map<number, string>;
}

/** A plan that keeps the first bytes of each wanted entry, counts the rest, and checks that none exceeds its size. */
function headPlan(
  wanted: Map<number, RarEntry>,
  from: number,
  heads: Map<number, Buffer>,
  limits: MediaLimits,
  deadline: number,
): UnpackPlan {
  let chunks: Buffer[] = [];
  let kept = 0;
  let total = 0;
  return {
    deadline,
    wants: (index) => index > from && wanted.has(index),
    write(index, bytes) {
      const entry = wanted.get(index);
      total += bytes.length;
      if (!entry || total > entry.size) return false;
      const room = (isMetadata(entry) ? metadataKept : limits.headBytes) - kept;
      if (room > 0) chunks.push(Buffer.from(bytes.subarray(0, room)));
      kept += Math.min(bytes.length, room);
      return true;
    },
    done(index) {
      heads.set(index, Buffer.concat(chunks));
      [chunks, kept, total] = [[], 0, 0];
      return true;
    },
  };
}

/** After this many damaged entries the rest is given up: each costs another run through the archive. */
const maxRuns = 8;

/** The first bytes of all packed entries. One run through the archive, another one for each damaged entry. */
async function unpackHeads(book: RarBook, entries: RarEntry[]): Promise<Heads> {
  const found: Heads = { heads: new Map(), problems: new Map() };
  const wanted = new Map(entries.map((entry) => [entry.index, entry]));
  const deadline = Date.now() + book.limits.bookMilliseconds;
  let from = -1;
  for (let run = 0; run < maxRuns && wanted.size > 0; run++) {
    const failure = await unpack(book.path, book.offset, headPlan(wanted, from, found.heads, book.limits, deadline));
    if (!failure) break;
    if (failure.code === 'ERR_2006') throw fail('ERR_2006', { index: failure.index });
    if (wanted.has(failure.index)) found.problems.set(failure.index, failure.code);
    // a solid archive cannot be entered behind the damage
    if (book.listing.solid || failure.index <= from) break;
    from = failure.index;
  }
  for (const index of wanted.keys()) {
    if (!found.heads.has(index) && !found.problems.has(index)) found.problems.set(index, 'ERR_2003');
  }
  return found;
}

function pageOf(entry: RarEntry, head: Buffer, dimensions: boolean): PageEntry | null {
  const mediaType = pictureType(head);
  if (!mediaType) return null;
  const size = dimensions ? pictureSize(head) : null;
  const { width, height } = size ?? { width: null, height: null };
  return { name: entry.name, mediaType, width, height, size: entry.size, location: locationOf(entry) };
}

async function storedHead(book: RarBook, entry: RarEntry, dimensions: boolean): Promise<Buffer> {
  const read = (length: number) => book.source.read(entry.dataOffset, Math.min(length, entry.size));
  const head = await read(4096);
  if (!dimensions || pictureType(head) === null || pictureSize(head)) return head;
  return read(book.limits.headBytes);
}

async function rarContent(book: RarBook, dimensions: boolean, metadata: Map<string, Buffer>): Promise<BookContent> {
  const content: BookContent = {
    container: book.container,
    pages: [],
    files: [],
    problems: [],
    divina: true,
    pageCount: 0,
  };
  const files = book.listing.entries.filter(({ file }) => file);
  const packed = files.filter(
    (entry) =>
      !entry.stored && entry.size > 0 && refusalOf(entry, book) === null && (mayBePage(entry) || isMetadata(entry)),
  );
  const { heads, problems } = packed.some(mayBePage)
    ? await unpackHeads(book, packed)
    : { heads: new Map<number, Buffer>(), problems: new Map<number, string>() };
  for (const entry of files) {
    const problem = refusalOf(entry, book) ?? problems.get(entry.index) ?? null;
    const head =
      entry.stored && problem === null && mayBePage(entry)
        ? await storedHead(book, entry, dimensions)
        : heads.get(entry.index);
    const page = problem === null && head && mayBePage(entry) ? pageOf(entry, head, dimensions) : null;
    if (page) content.pages.push(page);
    if (!page)
      content.files.push({
        name: entry.name,
        mediaType: otherType(entry.name),
        size: Number.isFinite(entry.size) ? entry.size : null,
      });
    if (problem !== null && looksLikePicture(entry.name) && !isHiddenName(entry.name))
      content.problems.push({ name: entry.name, code: problem });
    if (head && isMetadata(entry) && head.length === entry.size) metadata.set(entry.name, head);
  }
  if (book.listing.damaged) content.problems.push({ name: '', code: 'ERR_2002' });
  content.pages.sort((a, b) => compareNatural(a.name, b.name));
  return { ...content, pageCount: content.pages.length };
}

/** The bytes of an entry of the archive, unpacked in this thread. */
export async function unpackEntry(book: RarBook, index: number): Promise<Buffer> {
  const entry = book.listing.entries[index];
  if (!entry?.file) throw fail('ERR_2003', { index });
  const problem = refusalOf(entry, book);
  if (problem !== null) throw fail(problem as 'ERR_2003', { index });
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

/** A RAR archive as a book. Packed entries are unpacked in the calling thread: not for one that answers requests. */
export async function openRar(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<Reader> {
  const book = await readRarBook(path, source, detected, limits);
  const metadata = new Map<string, Buffer>();
  return {
    container: book.container,
    async content({ dimensions = true } = {}) {
      const content = await rarContent(book, dimensions, metadata);
      const first = content.problems[0];
      if (content.pages.length === 0 && first)
        throw fail(first.code === 'ERR_2001' || first.code === 'ERR_1002' ? first.code : 'ERR_2002');
      return content;
    },
    async file(name) {
      const entry = book.listing.entries.find((candidate) => candidate.file && candidate.name === name);
      if (!entry || entry.size > limits.metadataBytes || refusalOf(entry, book) !== null) return null;
      return metadata.get(name) ?? unpackEntry(book, entry.index);
    },
    async open(location, signal) {
      if (location.kind === 'span') return openSpan(source, location, limits, signal);
      if (location.kind !== 'entry' || location.index === undefined) throw fail('ERR_2003', { kind: location.kind });
      return bufferStream(await unpackEntry(book, location.index), signal);
    },
    close: () => source.close(),
  };
}
