import { fail, isCoded } from '../base/errors';
import type { ByteSource } from './byte-source';
import { documentContent, readPackage, type EpubItem, type EpubPackage } from './epub-package';
import { readOutline, type EpubOutline } from './epub-outline';
import type { MediaLimits } from './limits';
import type { BookContent, OtherEntry, PageEntry, Reader } from './reader';
import { locationOf, readPage, readUsableDirectory, zipFile } from './zip';
import type { ZipDirectory, ZipEntry } from './zip-directory';
import { openEntry } from './zip-entry';

/** More letters than this on a page make it a page of text (Komga's default). */
const maxLetters = 15;

interface Epub {
  source: ByteSource;
  directory: ZipDirectory;
  package: EpubPackage;
  entries: Map<string, ZipEntry>;
  limits: MediaLimits;
}

const entryOf = ({ entries }: Epub, item: EpubItem | null) => (item?.name ? entries.get(item.name) : undefined);

const isPicture = (item: EpubItem | undefined) =>
  item?.mediaType.startsWith('image/') === true && item.mediaType !== 'image/svg+xml';

/** The one picture that an item of the spine shows, or null. */
async function pictureOf(epub: Epub, item: EpubItem): Promise<EpubItem | null> {
  if (isPicture(item)) return item;
  const entry = entryOf(epub, item);
  const document = entry && (await zipFile(epub.source, epub.directory, entry.name, epub.limits));
  if (!entry || !document) return null;
  const content = documentContent(entry.name, document);
  const [name, ...others] = content?.pictures ?? [];
  if (!content || content.letters > maxLetters || others.length > 0 || !name) return null;
  return epub.package.items.find((candidate) => candidate.name === name && isPicture(candidate)) ?? null;
}

/** The pages of a comic: every item of the spine is exactly one picture. Null for any other book. */
async function comicPages(epub: Epub, dimensions: boolean): Promise<PageEntry[] | null> {
  const pages: PageEntry[] = [];
  const { spine } = epub.package;
  if (spine.length === 0 || spine.length > epub.limits.entries) return null;
  for (const item of spine) {
    const picture = await pictureOf(epub, item);
    if (!picture) return null;
    const entry = entryOf(epub, picture);
    if (!entry) continue; // told of as a missing file; the other pages can be read
    const page = await readPage(epub.source, entry, epub.limits, dimensions);
    if (!page) return null;
    pages.push(page);
  }
  return pages.length > 0 ? pages : null;
}

/** Manifest items as files of the book, those of the spine first; the ones that are not in the archive are told apart. */
function manifestFiles(epub: Epub): { files: OtherEntry[]; missing: string[] } {
  const files: OtherEntry[] = [];
  const missing: string[] = [];
  for (const item of new Set([...epub.package.spine, ...epub.package.items])) {
    const entry = entryOf(epub, item);
    if (entry)
      files.push({ name: entry.name, mediaType: item.mediaType, size: entry.size, location: locationOf(entry) });
    if (!entry) missing.push(item.name ?? item.id);
  }
  return { files, missing };
}

/** Komga's measure of a book of text: one page for each KiB of its packed documents. */
function textPageCount(epub: Epub): number {
  const sizes = epub.package.spine.map((item) => entryOf(epub, item)?.compressedSize ?? 0);
  return sizes.reduce((sum, size) => sum + Math.ceil(size / 1024), 0);
}

const outlineOf = (epub: Epub, divina: boolean): Promise<EpubOutline> =>
  readOutline({
    ...{ package: epub.package, divina },
    sizeOf: (name) => epub.entries.get(name)?.size,
    read: (name) => readable(zipFile(epub.source, epub.directory, name, epub.limits)),
  });

/** A document that cannot be unpacked is as if it were not there: others can be read. */
async function readable(file: Promise<Buffer | null>): Promise<Buffer | null> {
  try {
    return await file;
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function epubContent(epub: Epub, dimensions: boolean): Promise<BookContent> {
  const { files, missing } = manifestFiles(epub);
  const problems = missing.map((name) => ({ name, code: 'ERR_1033' }));
  const pages = await comicPages(epub, dimensions).catch((error: unknown) => {
    if (!isCoded(error)) throw error;
    problems.push({ name: '', code: error.code });
    return null;
  });
  const pageCount = pages?.length ?? textPageCount(epub);
  const outline = await outlineOf(epub, pages !== null).catch((error: unknown) => {
    if (!isCoded(error)) throw error;
    problems.push({ name: '', code: 'ERR_1039' });
    return null;
  });
  return { container: 'epub', pages: pages ?? [], files, problems, divina: pages !== null, pageCount, outline };
}

async function openParts(source: ByteSource, limits: MediaLimits): Promise<Epub> {
  const directory = await readUsableDirectory(source, limits);
  const files = directory.entries.filter(({ file }) => file);
  // of several entries with one name the first counts, as in `file()`
  const entries = new Map(files.reverse().map((entry) => [entry.name, entry]));
  const read = (name: string) => zipFile(source, directory, name, limits);
  return { source, directory, limits, entries, package: await readPackage(read) };
}

/** An EPUB: a comic with pages where each item of its spine is one picture, else a book without pages. */
export async function openEpub(source: ByteSource, limits: MediaLimits): Promise<Reader> {
  const epub = await openParts(source, limits);
  return {
    container: 'epub',
    content: ({ dimensions = true } = {}) => epubContent(epub, dimensions),
    file: (name) => zipFile(source, epub.directory, name, limits),
    async cover() {
      const entry = entryOf(epub, epub.package.cover);
      const page = entry ? await readPage(source, entry, limits, false).catch(() => null) : null;
      if (page) return page.location;
      return (await comicPages(epub, false).catch(() => null))?.[0]?.location ?? null;
    },
    open(location, signal) {
      if (location.kind !== 'zip') return Promise.reject(fail('ERR_2003', { kind: location.kind }));
      return openEntry(source, location, limits, signal);
    },
    close: () => source.close(),
  };
}

/** True when a ZIP says by a `mimetype` entry that it is an EPUB, though not in the way the format wants it. */
export async function hasEpubMimetype(source: ByteSource, limits: MediaLimits): Promise<boolean> {
  const directory = await readUsableDirectory(source, limits);
  const type = await zipFile(source, directory, 'mimetype', limits);
  return type?.toString('latin1').trim() === 'application/epub+zip';
}
