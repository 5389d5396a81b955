import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { fail } from '../base/errors';
import {
  dataDescriptor,
  descriptorSize,
  directoryEnd,
  directoryEndSize,
  directoryRecord,
  directoryRecordSize,
  localHeader,
  localHeaderSize,
  type ZipRecord,
} from './zip-records';

/** A file that becomes an entry. */
export interface ZipSource {
  /** Name inside the ZIP. */
  name: string;
  /** Where it lies; of bytes that are made a name for them. */
  path: string;
  /** Gives bytes that are no file: the page of an archive. */
  read?: () => Promise<Buffer>;
  size: number;
  /** Of the file itself, milliseconds: with the size it says which version it is. */
  changedAt: number;
  /** Shown for the entry. */
  modifiedAt: Date;
}

/** A ZIP of stored entries that is made while it is sent: every byte has its place before any file is opened. */
export interface StoredZip {
  size: number;
  /** The bytes from `start` to `end`, both included. Fails when a file is not any more what it was. */
  open(range?: Range): Readable;
}

interface Range {
  start: number;
  end: number;
}

interface Placed extends ZipRecord {
  source: ZipSource;
  /** Where the header begins, the data begin, and the next entry does. */
  offset: number;
  dataAt: number;
  end: number;
}

/** Smaller files are read before their header is written, which then tells sum and size to readers that stream. */
const largestInFront = 8 * 1024 * 1024;

/** Sums of file versions that were read: a download that is resumed need not read again what it has. */
const knownSums = new LRUCache<string, number>({ max: 20_000 });
const versionOf = ({ path, size, changedAt }: ZipSource): string => `${path}\0${size}\0${changedAt}`;

function place(sources: readonly ZipSource[]): Placed[] {
  let offset = 0;
  return sources.map((source) => {
    const name = Buffer.from(source.name);
    const record: ZipRecord = {
      ...{ name, size: source.size, modifiedAt: source.modifiedAt, offset },
      isSummedInFront: source.size <= largestInFront,
    };
    const dataAt = offset + localHeaderSize(record);
    const end = dataAt + source.size + descriptorSize(record);
    const placed = { ...record, source, dataAt, end };
    offset = end;
    return placed;
  });
}

/** The part of these bytes, which lie at `at`, that is in the range. */
const clip = (bytes: Buffer, at: number, { start, end }: Range): Buffer =>
  bytes.subarray(Math.max(0, start - at), Math.max(0, Math.min(bytes.length, end + 1 - at)));

const isOutside = (at: number, length: number, { start, end }: Range): boolean => at + length <= start || at > end;

/** Comics do not get smaller by packing: entries are stored. */
export function storedZip(sources: readonly ZipSource[]): StoredZip {
  const entries = place(sources);
  const directoryAt = entries.at(-1)?.end ?? 0;
  const directorySize = entries.reduce((sum, entry) => sum + directoryRecordSize(entry), 0);
  const directory = { at: directoryAt, size: directorySize, count: entries.length };
  const size = directoryAt + directorySize + directoryEndSize(directory);
  const everything = { start: 0, end: size - 1 };
  return {
    size,
    open: (range = everything) =>
      Readable.from(filled(bytesOf({ entries, directory }, range)), { objectMode: false, highWaterMark: 256 * 1024 }),
  };
}

interface Layout {
  entries: Placed[];
  directory: { at: number; size: number; count: number };
}

async function* filled(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) if (chunk.length > 0) yield chunk;
}

async function* bytesOf({ entries, directory }: Layout, range: Range): AsyncGenerator<Buffer> {
  const needsSums = range.end >= directory.at;
  for (const entry of entries) {
    if (entry.offset > range.end) return;
    const isWanted = !isOutside(entry.offset, entry.end - entry.offset, range);
    if (isWanted || needsSums) yield* bytesOfEntry(entry, range);
  }
  if (!needsSums) return;
  let at = directory.at;
  for (const entry of entries) {
    const record = directoryRecord(entry, knownSums.get(versionOf(entry.source)) ?? (await sumOf(entry.source)));
    yield clip(record, at, range);
    at += record.length;
  }
  yield clip(directoryEnd(directory), at, range);
}

async function sumOf(source: ZipSource): Promise<number> {
  let sum = 0;
  for await (const chunk of dataOf(source, { start: 0, end: source.size - 1 })) sum = crc32(chunk, sum);
  knownSums.set(versionOf(source), sum);
  return sum;
}

/** Header, data and what follows them, as far as they are wanted; what only has to be summed is read and not sent. */
async function* bytesOfEntry(entry: Placed, range: Range): AsyncGenerator<Buffer> {
  const { source, offset, dataAt } = entry;
  const known = knownSums.get(versionOf(source));
  const isWanted = !isOutside(offset, entry.end - offset, range);
  if (!isWanted && known !== undefined) return;
  if (known === undefined && entry.isSummedInFront) {
    const data = await wholeOf(source);
    const sum = crc32(data);
    knownSums.set(versionOf(source), sum);
    yield clip(localHeader(entry, sum), offset, range);
    yield clip(data, dataAt, range);
    return;
  }
  yield clip(localHeader(entry, known ?? 0), offset, range);
  const wanted = {
    start: Math.max(0, range.start - dataAt),
    end: Math.min(source.size, range.end + 1 - dataAt) - 1,
  };
  const sum = known === undefined ? yield* summed(entry, range) : known;
  if (known !== undefined && wanted.start <= wanted.end) yield* dataOf(source, wanted);
  yield clip(dataDescriptor(entry, sum), dataAt + source.size, range);
}

/** The whole of a file, of which the wanted part is given on. */
async function* summed({ source, dataAt }: Placed, range: Range): AsyncGenerator<Buffer, number> {
  let sum = 0;
  let at = dataAt;
  for await (const chunk of dataOf(source, { start: 0, end: source.size - 1 })) {
    sum = crc32(chunk, sum);
    yield clip(chunk, at, range);
    at += chunk.length;
  }
  knownSums.set(versionOf(source), sum);
  return sum;
}

const changed = (name: string) => fail('ERR_1018', { name });

async function wholeOf({ path, read, name, size }: ZipSource): Promise<Buffer> {
  const data = await (read ? read() : readFile(path));
  if (data.length !== size) throw changed(name);
  return data;
}

/** Part of a file; fails when it is shorter than it was, since nothing could be sent in the place of what is missing. */
async function* dataOf(source: ZipSource, { start, end }: Range): AsyncGenerator<Buffer> {
  const { path, read, name } = source;
  if (end < start) return;
  if (read) {
    yield (await wholeOf(source)).subarray(start, end + 1);
    return;
  }
  let count = 0;
  for await (const chunk of createReadStream(path, {
    start,
    end,
    highWaterMark: 256 * 1024,
  }) as AsyncIterable<Buffer>) {
    count += chunk.length;
    yield chunk;
  }
  if (count !== end + 1 - start) throw changed(name);
}
