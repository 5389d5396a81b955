import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail } from '../base/errors';
import { openSource, type ByteSource } from './byte-source';
import { detect } from './detect';
import type { MediaLimits } from './limits';
import { refusalOf, unpackEntry, type PackedBook, type UnpackPlan } from './packed-book';
import { readPackedBook } from './packed-books';
import { readEntry } from './zip-entry';
import { locationOf, readUsableDirectory } from './zip';

/** A file inside an archive, to be put into another one. */
export interface ArchiveFile {
  name: string;
  read(): Promise<Buffer>;
}

interface Options {
  limits: MediaLimits;
  /** A folder where there is room for the unpacked archive; what is written there is removed again. */
  spool: string;
}

/**
 * All files of a ZIP, RAR, 7z or TAR in the order of the archive. One that is damaged anywhere is refused as a whole: what is
 * made of it would lack something that a better program might still read.
 */
export async function withArchiveFiles<T>(
  file: string,
  { limits, spool }: Options,
  work: (files: ArchiveFile[]) => Promise<T>,
): Promise<T> {
  const source = await openSource(file);
  try {
    const detected = await detect(source);
    if (detected.container === 'zip') return await work(await zipFiles(source, limits));
    const book = await readPackedBook(file, source, detected, limits);
    if (book === null) throw fail('ERR_1001', { container: detected.container });
    return await withUnpacked(book, spool, work);
  } finally {
    await source.close();
  }
}

async function zipFiles(source: ByteSource, limits: MediaLimits): Promise<ArchiveFile[]> {
  const directory = await readUsableDirectory(source, limits);
  if (directory.damaged || directory.entries.some(({ encrypted }) => encrypted)) throw fail('ERR_2002');
  return directory.entries
    .filter(({ file }) => file)
    .map((entry) => ({ name: entry.name, read: () => readEntry(source, locationOf(entry), limits) }));
}

async function withUnpacked<T>(
  book: PackedBook,
  spool: string,
  work: (files: ArchiveFile[]) => Promise<T>,
): Promise<T> {
  const entries = book.entries.filter(({ file }) => file);
  const problem = entries.map((entry) => refusalOf(entry, book)).find((code) => code !== null);
  if (book.damaged || problem) throw fail(problem ?? 'ERR_2002');
  const folder = path.join(spool, `.kiremisu-${randomUUID()}`);
  await mkdir(folder);
  try {
    const places = await unpackAll(book, folder);
    const files = entries.map(({ name, index }) => {
      const place = places.get(index);
      return { name, read: () => (place === undefined ? unpackEntry(book, index) : readFile(place)) };
    });
    return await work(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One run through the archive: a solid one would be decoded from its start for each entry. */
async function unpackAll(book: PackedBook, folder: string): Promise<Map<number, string>> {
  const packed = new Set(
    book.entries.filter(({ file, stored, size }) => file && !stored && size > 0).map(({ index }) => index),
  );
  const places = new Map<number, string>();
  if (packed.size === 0) return places;
  let fd: number | null = null;
  const openFor = (index: number): number => {
    const place = path.join(folder, String(index));
    places.set(index, place);
    return openSync(place, 'wx');
  };
  const close = () => {
    if (fd !== null) closeSync(fd);
    fd = null;
  };
  const plan: UnpackPlan = {
    from: 0,
    deadline: Date.now() + book.limits.bookMilliseconds,
    wants: (index) => packed.has(index),
    write(index, bytes) {
      fd ??= openFor(index);
      writeSync(fd, bytes);
      return true;
    },
    done(index) {
      // an entry that gave no bytes is a file all the same
      fd ??= openFor(index);
      close();
      return true;
    },
  };
  try {
    const failure = await book.unpack(plan);
    if (failure) throw fail(failure.code, { index: failure.index });
  } finally {
    close();
  }
  return places;
}
