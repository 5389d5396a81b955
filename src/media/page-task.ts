import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fail, isCoded, type ErrorCode } from '../base/errors';
import { codedFileError, openSource } from './byte-source';
import { detect } from './detect';
import { convertPicture, makePoster } from './image';
import { createBookKeeper } from './kept-book';
import type { MediaLimits } from './limits';
import { refusalOf, unpackEntry, type PackedBook } from './packed-book';
import { readPackedBook } from './packed-books';
import type { PageLocation } from './reader';

export interface Conversion {
  format: 'jpeg' | 'png';
  maxWidth?: number;
  /** Makes a poster: longest edge at most this, pixels. */
  edge?: number;
}

/** What a page thread is asked for. */
export type PageTask =
  | { kind: 'page'; path: string; location: PageLocation; limits: MediaLimits; conversion?: Conversion }
  | { kind: 'convert'; data: Uint8Array; conversion: Conversion; limits: MediaLimits }
  | { kind: 'unpack'; path: string; index: number; folder: string; maxBytes: number; limits: MediaLimits };

/** An entry of a solid archive that lies unpacked in the folder of the task. */
export interface UnpackedFile {
  index: number;
  file: string;
  size: number;
}

/** `solid`: everything wanted was told by messages. Errors travel as codes, since classes do not survive the way. */
export type PageTaskResult =
  { data: Uint8Array } | { solid: true } | { failed: { code: ErrorCode; details: Record<string, unknown> } };

async function collect(stream: Readable, limits: MediaLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > limits.entryBytes) throw fail('ERR_2001', { bytes: total });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}

/** One a thread: its state never leaves it. */
const books = createBookKeeper();

async function convert(raw: Buffer, conversion: Conversion, limits: MediaLimits): Promise<Buffer> {
  const { edge } = conversion;
  return (await (edge === undefined ? convertPicture(raw, conversion, limits) : makePoster(raw, edge, limits))).data;
}

async function makePage({ path: file, location, limits, conversion }: PageTask & { kind: 'page' }): Promise<Buffer> {
  const raw = await books.use(file, limits, async (reader) => collect(await reader.open(location), limits));
  return conversion ? convert(raw, conversion, limits) : raw;
}

/**
 * Unpacks a solid archive from its start: each file is told of when it is complete, so that the first page need not
 * wait for the last. What lies before the asked entry is kept while there is room, what lies behind it until there is none.
 */
async function unpackSolid(
  book: PackedBook,
  task: PageTask & { kind: 'unpack' },
  tell: (file: UnpackedFile) => void,
): Promise<void> {
  const { limits, index: asked, folder, maxBytes } = task;
  let chunks: Buffer[] = [];
  let size = 0;
  let kept = 0;
  const failure = await book.unpack({
    from: asked,
    deadline: Date.now() + limits.bookMilliseconds,
    wants(index) {
      const entry = book.entries[index];
      if (!entry?.file || entry.stored || refusalOf(entry, book) !== null) return false;
      return index === asked || kept + entry.size <= (index < asked ? maxBytes / 2 : maxBytes);
    },
    write(index, bytes) {
      size += bytes.length;
      if (size > (book.entries[index]?.size ?? 0)) return false;
      chunks.push(Buffer.from(bytes));
      return true;
    },
    done(index) {
      const file = path.join(folder, String(index));
      writeFileSync(file, Buffer.concat(chunks, size));
      tell({ index, file, size });
      kept += size;
      [chunks, size] = [[], 0];
      return index < asked || kept < maxBytes;
    },
  });
  if (failure) throw fail(failure.code, { failedAt: failure.index });
}

/** Entries of a ZIP without a directory are found by going through it, one by one. */
const asPage = ({ path: file, index, limits }: PageTask & { kind: 'unpack' }): PageTask & { kind: 'page' } => ({
  kind: 'page',
  path: file,
  location: { kind: 'entry', name: '', index },
  limits,
});

async function unpackPage(
  task: PageTask & { kind: 'unpack' },
  tell: (file: UnpackedFile) => void,
): Promise<PageTaskResult> {
  const source = await openSource(task.path);
  try {
    const detected = await detect(source);
    const book = await readPackedBook(task.path, source, detected, task.limits, false);
    if (!book) return { data: await makePage(asPage(task)) };
    if (!book.solid) return { data: await unpackEntry(book, task.index) };
    await unpackSolid(book, task, tell);
    return { solid: true };
  } finally {
    await source.close();
  }
}

async function work(task: PageTask, tell: (file: UnpackedFile) => void): Promise<PageTaskResult> {
  if (task.kind === 'unpack') return unpackPage(task, tell);
  if (task.kind === 'page') return { data: await makePage(task) };
  return { data: await convert(Buffer.from(task.data), task.conversion, task.limits) };
}

/** Does the work of a page thread. Everything that goes wrong comes back as a code. */
export async function doPageTask(
  task: PageTask,
  tell: (file: UnpackedFile) => void = () => undefined,
): Promise<PageTaskResult> {
  try {
    return await work(task, tell);
  } catch (error) {
    const { code, details, cause } = isCoded(error) ? error : codedFileError(error);
    return { failed: { code, details: { ...details, cause: cause instanceof Error ? cause.message : null } } };
  }
}
