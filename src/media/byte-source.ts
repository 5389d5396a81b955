import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { fail, isCoded, type CodedError } from '../base/errors';

/** A file that is read at positions. A read past the end is short, never an error. */
export interface ByteSource {
  readonly size: number;
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Files up to this size are read once, whole: most of the time of a small book goes into system calls. */
const wholeFileBytes = 128 * 1024;

/** An error of the file system as one of the catalogue's; coded errors pass through. */
export function codedFileError(error: unknown): CodedError {
  if (isCoded(error)) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return fail('ERR_1018', {}, error);
  if (code === 'EACCES' || code === 'EPERM') return fail('ERR_1000', {}, error);
  return fail('ERR_1005', {}, error);
}

/** Fills `target` from `position` of the file and tells how many bytes there were. */
export async function readInto(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function readAt(handle: FileHandle, size: number, position: number, length: number): Promise<Buffer> {
  const wanted = Math.max(0, Math.min(length, size - position));
  if (wanted === 0 || position < 0) return Buffer.alloc(0);
  const target = Buffer.allocUnsafe(wanted);
  const done = await readInto(handle, target, position);
  return target.subarray(0, done);
}

/** Opens a regular file for reading. Without O_NONBLOCK a named pipe in a library would hang the thread. */
export async function openRegularFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) throw fail('ERR_1001', { type: 'not a regular file' });
    return { handle, size: stats.size };
  } catch (error) {
    await handle?.close();
    throw codedFileError(error);
  }
}

export async function openSource(path: string): Promise<ByteSource> {
  const { handle, size } = await openRegularFile(path);
  try {
    const whole = size <= wholeFileBytes ? await readAt(handle, size, 0, size) : null;
    if (!whole) return fileSource({ size, readAt: (from, length) => readAt(handle, size, from, length) }, handle);
    await handle.close();
    return memorySource(whole);
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw codedFileError(error);
  }
}

/** How much is read at once where small reads follow each other closely: an archive of 65,000 tiny entries. */
const windowBytes = 64 * 1024;

interface Reading {
  size: number;
  readAt: (position: number, length: number) => Promise<Buffer>;
}

function fileSource({ size, readAt }: Reading, handle: { close(): Promise<void> }): ByteSource {
  let last = -Infinity;
  let window: { position: number; bytes: Buffer } = { position: 0, bytes: Buffer.alloc(0) };
  const read = async (position: number, length: number) => {
    const inWindow = position - window.position;
    const available = Math.max(0, Math.min(length, size - position));
    if (inWindow >= 0 && inWindow + available <= window.bytes.length) {
      return window.bytes.subarray(inWindow, inWindow + available);
    }
    const isClose = position >= last && position - last < windowBytes && length < windowBytes / 2;
    last = position;
    if (!isClose) return readAt(position, length);
    window = { position, bytes: await readAt(position, windowBytes) };
    return window.bytes.subarray(0, length);
  };
  return {
    size,
    read: (position, length) => read(position, length).catch((error: unknown) => Promise.reject(codedFileError(error))),
    close: () => handle.close(),
  };
}

export interface SourceAtOnce {
  source: ByteSource;
  stats: Stats;
  /** All of the file, of a small one. Like all that is read of it, gone when the source is closed. */
  whole: Buffer | null;
}

/** For small files, of which thousands are read one after the other: collecting a buffer of each is a fifth of the work. */
let scratch: Buffer | null = null;

/**
 * As `openSource`, by calls that keep the thread waiting: half the time of a small archive otherwise goes into handing each
 * call to another thread and back. A read after the deadline (of `performance.now()`) fails: such a disk is for `openSource`.
 */
export function openSourceAtOnce(path: string, deadline: number): SourceAtOnce {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw fail('ERR_1001', { type: 'not a regular file' });
    const { size } = stats;
    if (size <= wholeFileBytes) {
      const target = scratch ?? Buffer.allocUnsafeSlow(wholeFileBytes);
      scratch = null;
      const whole = target.subarray(0, fill(fd, target.subarray(0, size), 0));
      closeSync(fd);
      const close = () => Promise.resolve(void (scratch ??= target));
      return { source: { ...memorySource(whole), close }, stats, whole };
    }
    const readAt = (position: number, length: number): Promise<Buffer> => {
      if (performance.now() > deadline) return Promise.reject(fail('ERR_1005', { reason: 'slow' }));
      const wanted = Math.max(0, Math.min(length, size - position));
      const target = Buffer.allocUnsafe(position < 0 ? 0 : wanted);
      return Promise.resolve(target.subarray(0, fill(fd, target, position)));
    };
    return {
      source: fileSource({ size, readAt }, { close: () => Promise.resolve(closeSync(fd)) }),
      stats,
      whole: null,
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function fill(fd: number, target: Buffer, position: number): number {
  let done = 0;
  while (done < target.length) {
    const bytesRead = readSync(fd, target, done, target.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

export function memorySource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: (position, length) =>
      Promise.resolve(bytes.subarray(Math.max(0, position), Math.max(0, position) + Math.max(0, length))),
    close: () => Promise.resolve(),
  };
}
