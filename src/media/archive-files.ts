import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail } from '../base/errors';
import { openSource, type ByteSource } from './byte-source';
import { detect } from './detect';
import type { MediaLimits } from './limits';
import { readRarBook, refusalOf, type RarBook } from './rar-book';
import { unpack, type UnpackPlan } from './rar-unpack';
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
 * All files of a ZIP or RAR in the order of the archive. One that is damaged anywhere is refused as a whole: what is
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
    if (detected.container !== 'rar4' && detected.container !== 'rar5') throw fail('ERR_1001', { file });
    return await withUnpacked(await readRarBook(file, source, detected, limits), spool, work);
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

async function withUnpacked<T>(book: RarBook, spool: string, work: (files: ArchiveFile[]) => Promise<T>): Promise<T> {
  const entries = book.listing.entries.filter(({ file }) => file);
  const problem = entries.map((entry) => refusalOf(entry, book)).find((code) => code !== null);
  if (book.listing.damaged || problem) throw fail(problem ?? 'ERR_2002');
  const folder = path.join(spool, `.kiremisu-${randomUUID()}`);
  await mkdir(folder);
  try {
    const places = await unpackAll(book, folder);
    const files = entries.map(({ name, index, stored, dataOffset, size }) => ({
      name,
      read: () => (stored ? book.source.read(dataOffset, size) : readFile(places.get(index) ?? '')),
    }));
    return await work(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One run through the archive: a solid one would be decoded from its start for each entry. */
async function unpackAll(book: RarBook, folder: string): Promise<Map<number, string>> {
  const packed = new Map(book.listing.entries.filter(({ file, stored }) => file && !stored).map((e) => [e.index, e]));
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
    deadline: Date.now() + book.limits.bookMilliseconds,
    wants: (index) => packed.has(index),
    write(index, bytes) {
      fd ??= openFor(index);
      writeSync(fd, bytes);
      return true;
    },
    done(index) {
      // an entry without bytes is a file all the same
      fd ??= openFor(index);
      close();
      return true;
    },
  };
  try {
    const failure = await unpack(book.path, book.offset, plan);
    if (failure) throw fail(failure.code, { index: failure.index });
  } finally {
    close();
  }
  return places;
}
