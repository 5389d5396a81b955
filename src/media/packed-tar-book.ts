import { fail, isCoded } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { checkEntries, type PackedBook, type PackedEntry, type UnpackFailure, type UnpackPlan } from './packed-book';
import { codeOf, damagedWhole, runSevenZip, withFileInput } from './seven-zip';
import { windowOf, type TarPacking } from './packed-window';
import { namesOf } from './tar-book';
import type { TarEntry } from './tar-headers';
import { createTarStream, type TarStream, type TarVisitor } from './tar-stream';

const mediaTypes: Record<TarPacking, string> = {
  gzip: 'application/gzip',
  bzip2: 'application/x-bzip2',
  xz: 'application/x-xz',
  zstd: 'application/zstd',
};

/** What the unpacker needs beside the window of the data. */
const unpackerBytes = 64 * 1024 * 1024;

interface Run {
  path: string;
  packing: TarPacking;
  /** Of the file as it lies on the disk. */
  bytes: number;
  limits: MediaLimits;
  deadline: number;
}

interface RunEnd {
  stream: TarStream;
  /** Why the unpacking ended before the archive did. */
  code: UnpackFailure['code'] | null;
}

/** One run through the archive from its start. A bomb is told by what has come out so far. */
async function run({ path, packing, bytes, limits, deadline }: Run, visitor: TarVisitor): Promise<RunEnd> {
  const stream = createTarStream(visitor);
  // later parts of the data may ask for larger windows than the first: what is above the limit is not given
  const decoderBytes = Math.min(limits.decoderBytes, limits.dictionaryBytes + unpackerBytes);
  let total = 0;
  let isBomb = false;
  const write = (part: Uint8Array): boolean => {
    total += part.length;
    isBomb = total > limits.totalBytes || (total > limits.ratioFromBytes && total > bytes * limits.ratio);
    // behind the end of the archive comes the checksum of what packed it
    return !isBomb && (stream.push(part) || stream.state === 'ended');
  };
  const args = ['x', '-so', `-t${packing}`, '-y', '-p-', 'archive'];
  const end = await withFileInput(path, (input) =>
    runSevenZip({ args, input, write, deadline }, { ...limits, decoderBytes }),
  );
  return { stream, code: isBomb ? 'ERR_2001' : codeOf(end) };
}

function entryOf({ size, file }: TarEntry, index: number, name: string, bytes: number): PackedEntry {
  return {
    ...{ index, name, size, packedSize: bytes, dataOffset: 0, stored: false, dictionary: 0 },
    ...{ crc32: null, encrypted: false, file: file && !name.endsWith('/') },
  };
}

/** There is no directory: what is in the archive is found by unpacking all of it. */
async function list(about: Run): Promise<{ entries: PackedEntry[]; damaged: boolean }> {
  const found: TarEntry[] = [];
  const { stream, code } = await run(about, {
    entry(entry) {
      found.push(entry);
      return found.length <= about.limits.entries;
    },
    data: () => true,
    done: () => true,
  }).catch(damagedWhole);
  if (found.length > about.limits.entries) throw fail('ERR_2001', { entries: found.length });
  if (code === 'ERR_2001') throw fail(code, { packing: about.packing });
  // something else that was packed: no book
  if (found.length === 0 && code === null && stream.state !== 'ended')
    throw fail('ERR_1001', { type: mediaTypes[about.packing] });
  const names = namesOf(found);
  const entries = found.map((entry, index) => entryOf(entry, index, names[index] ?? '', about.bytes));
  return { entries, damaged: !stream.isComplete || code !== null };
}

/** Entries are added as they come, when the archive was not listed before. */
async function unpack(about: Run, entries: PackedEntry[], plan: UnpackPlan): Promise<UnpackFailure | null> {
  let index = -1;
  let [isWanted, isRefused, isOpen] = [false, false, false];
  const visitor: TarVisitor = {
    entry(entry, at) {
      index = at;
      if (at >= about.limits.entries) return false;
      entries[at] ??= entryOf(entry, at, namesOf([entry])[0] ?? '', about.bytes);
      isWanted = entry.size > 0 && plan.wants(at);
      isOpen = true;
      return true;
    },
    data(bytes) {
      isRefused = isWanted && !plan.write(index, bytes);
      return !isRefused;
    },
    done() {
      isOpen = false;
      return !isWanted || plan.done(index);
    },
  };
  const failed = (code: UnpackFailure['code']) => ({ index: isOpen ? index : index + 1, code });
  try {
    const { stream, code } = await run(about, visitor);
    if (isRefused) return failed('ERR_2003');
    if (stream.state === 'stopped' || (stream.isComplete && code === null)) return null;
    return failed(code ?? 'ERR_2003');
  } catch (error) {
    if (!isCoded(error) || (error.code !== 'ERR_2006' && error.code !== 'ERR_2003')) throw error;
    return failed(error.code);
  }
}

/**
 * A TAR that is packed as a whole: solid to its end. Whoever knows which entry is wanted need not have it listed, which costs
 * as much as unpacking it.
 */
export async function readPackedTarBook(
  path: string,
  packing: TarPacking,
  source: ByteSource,
  { limits, isListed }: { limits: MediaLimits; isListed: boolean },
): Promise<PackedBook> {
  const window = windowOf(packing, await source.read(0, 64));
  if (window > limits.dictionaryBytes) throw fail('ERR_2001', { window });
  const about = { path, packing, bytes: source.size, limits };
  const deadline = Date.now() + limits.bookMilliseconds;
  const { entries, damaged } = isListed ? await list({ ...about, deadline }) : { entries: [], damaged: false };
  if (isListed) checkEntries(entries, damaged, limits);
  return {
    container: 'tar',
    source,
    bytes: source.size,
    entries,
    solid: true,
    damaged,
    limits,
    unpack: (plan) => unpack({ ...about, deadline: plan.deadline }, entries, plan),
  };
}
