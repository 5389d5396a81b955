import { constants } from 'node:fs';
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
    if (!whole) return fileSource(handle, size);
    await handle.close();
    return memorySource(whole);
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw codedFileError(error);
  }
}

/** How much is read at once where small reads follow each other closely: an archive of 65,000 tiny entries. */
const windowBytes = 64 * 1024;

function fileSource(handle: FileHandle, size: number): ByteSource {
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
    if (!isClose) return readAt(handle, size, position, length);
    window = { position, bytes: await readAt(handle, size, position, windowBytes) };
    return window.bytes.subarray(0, length);
  };
  return {
    size,
    read: (position, length) => read(position, length).catch((error: unknown) => Promise.reject(codedFileError(error))),
    close: () => handle.close(),
  };
}

export function memorySource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: (position, length) =>
      Promise.resolve(bytes.subarray(Math.max(0, position), Math.max(0, position) + Math.max(0, length))),
    close: () => Promise.resolve(),
  };
}
