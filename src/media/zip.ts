import { fail, isCoded } from '../base/errors';
import { compareNatural } from '../base/natural-order';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { pictureSize } from './picture-size';
import { isHiddenName, looksLikePicture, mayMove, otherType, pictureType } from './picture-type';
import type { BookContent, PageEntry, Reader, ZipLocation } from './reader';
import { openEntry, readEntry, readHead, refusal } from './zip-entry';
import { isPlainMethod } from './zip-methods';
import { readZipDirectory, type ZipDirectory, type ZipEntry } from './zip-directory';

export const locationOf = (entry: ZipEntry): ZipLocation => ({
  kind: 'zip',
  offset: entry.offset,
  compressedSize: entry.compressedSize,
  size: entry.size,
  method: entry.method,
  crc32: entry.crc32,
  ...(isPlainMethod(entry.method) ? {} : { flags: entry.flags }),
});

/** Entries that share their data are how a small archive unpacks to terabytes; honest ones never exceed the file. */
function checkTotals(entries: ZipEntry[], source: ByteSource, limits: MediaLimits): void {
  const inFile = entries.filter(({ offset, compressedSize }) => offset + compressedSize <= source.size);
  const packed = inFile.reduce((sum, entry) => sum + entry.compressedSize, 0);
  if (packed > source.size) throw fail('ERR_2001', { packed, file: source.size });
  const unpacked = entries.reduce((sum, { size }) => sum + (Number.isFinite(size) ? size : 0), 0);
  if (unpacked > limits.totalBytes) throw fail('ERR_2001', { unpacked });
}

/** The directory of an archive that can be used as a book, or an error with a code. */
export async function readUsableDirectory(source: ByteSource, limits: MediaLimits): Promise<ZipDirectory> {
  const directory = await readZipDirectory(source, limits);
  if (!directory) throw fail('ERR_2002', { reason: 'no directory' });
  checkTotals(directory.entries, source, limits);
  const files = directory.entries.filter(({ file }) => file);
  if (files.length > 0 && files.every(({ encrypted }) => encrypted)) throw fail('ERR_1002');
  return directory;
}

const typeBytes = 512;
const sizeBytes = 4096;

/** Reads more and more of the entry until its picture tells its size (JPEG keeps it behind thumbnails and profiles). */
async function measure(source: ByteSource, location: ZipLocation, head: Buffer, limits: MediaLimits) {
  let size = pictureSize(head);
  for (let wanted = sizeBytes; !size && wanted <= limits.headBytes; wanted *= 16) {
    if (wanted / 16 >= location.compressedSize) break;
    const more = await readHead(source, location, wanted, limits).catch(() => null);
    if (!more) break;
    size = pictureSize(more);
  }
  return { width: size?.width ?? null, height: size?.height ?? null };
}

/** The page that an entry is, or null when its content is no picture. */
export async function readPage(source: ByteSource, entry: ZipEntry, limits: MediaLimits, dimensions: boolean) {
  const location = locationOf(entry);
  const head = await readHead(source, location, dimensions ? sizeBytes : typeBytes, limits);
  const mediaType = pictureType(head);
  if (!mediaType) return null;
  const size = dimensions ? await measure(source, location, head, limits) : { width: null, height: null };
  const moves = mayMove(head, mediaType) ? { animated: true as const } : {};
  return { name: entry.name, mediaType, ...size, size: entry.size, location, ...moves } satisfies PageEntry;
}

/** Why an entry is not even looked at: unreadable method, password, too big, or beyond the end of the file. */
function problemOf(entry: ZipEntry, source: ByteSource, limits: MediaLimits): string | null {
  if (!(entry.offset >= 0 && entry.offset + entry.compressedSize <= source.size)) return 'ERR_2002';
  return refusal(entry, limits);
}

/** Looks into every entry of a ZIP: pages in reading order, other files, and what could not be read. */
export async function zipContent(
  source: ByteSource,
  directory: ZipDirectory,
  limits: MediaLimits,
  dimensions: boolean,
): Promise<Pick<BookContent, 'pages' | 'files' | 'problems'>> {
  const content: Pick<BookContent, 'pages' | 'files' | 'problems'> = { pages: [], files: [], problems: [] };
  const report = (entry: ZipEntry, code: string) => {
    content.files.push({ name: entry.name, mediaType: otherType(entry.name), size: entry.size });
    if (looksLikePicture(entry.name) && !isHiddenName(entry.name)) content.problems.push({ name: entry.name, code });
  };
  for (const entry of directory.entries) {
    if (!entry.file) continue;
    const problem = problemOf(entry, source, limits);
    if (problem) {
      report(entry, problem);
      continue;
    }
    try {
      const hidden = isHiddenName(entry.name);
      const page = hidden ? null : await readPage(source, entry, limits, dimensions);
      if (page) content.pages.push(page);
      if (!page) content.files.push({ name: entry.name, mediaType: otherType(entry.name), size: entry.size });
    } catch (error) {
      if (!isCoded(error)) throw error;
      report(entry, error.code);
    }
  }
  if (directory.damaged) content.problems.push({ name: '', code: 'ERR_2002' });
  content.pages.sort((a, b) => compareNatural(a.name, b.name));
  return content;
}

/** A book without pages because of what we cannot read is not "without pages": tell the reason. */
function checkReadable({ pages, problems }: Pick<BookContent, 'pages' | 'problems'>): void {
  const first = problems.find(({ code }) => code === 'ERR_1002' || code === 'ERR_2004') ?? problems[0];
  if (pages.length > 0 || !first) return;
  if (first.code === 'ERR_1002' || first.code === 'ERR_2001' || first.code === 'ERR_2004') throw fail(first.code);
  throw fail('ERR_2002');
}

/** The entry of exactly this name; of several the first. */
export async function zipFile(source: ByteSource, directory: ZipDirectory, name: string, limits: MediaLimits) {
  const entry = directory.entries.find((candidate) => candidate.file && candidate.name === name);
  if (!entry || entry.size > limits.metadataBytes || problemOf(entry, source, limits) !== null) return null;
  return readEntry(source, locationOf(entry), limits);
}

export async function openZip(source: ByteSource, limits: MediaLimits): Promise<Reader> {
  const directory = await readUsableDirectory(source, limits);
  return {
    container: 'zip',
    async content({ dimensions = true } = {}) {
      const content = await zipContent(source, directory, limits, dimensions);
      checkReadable(content);
      return { container: 'zip', ...content, divina: true, pageCount: content.pages.length };
    },
    file: (name) => zipFile(source, directory, name, limits),
    open(location, signal) {
      if (location.kind !== 'zip') return Promise.reject(fail('ERR_2003', { kind: location.kind }));
      return openEntry(source, location, limits, signal);
    },
    close: () => source.close(),
  };
}
