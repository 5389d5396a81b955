import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail, isCoded } from '../base/errors';
import { codedFileError } from './byte-source';
import type { MediaLimits } from './limits';
import type { UnpackFailure } from './packed-book';
import { boundedWasm } from './wasm';

/** The archive as 7-Zip sees it: reads are synchronous, so this is only for threads that nobody waits for. */
export interface SevenZipInput {
  size: number;
  /** Fills the target from a position and tells how many bytes there were. */
  read(target: Uint8Array, position: number): number;
}

export interface SevenZipRun {
  /** Of the command line; the archive is called `archive`, and a list of names may lie at `list`. */
  args: string[];
  input: SevenZipInput;
  list?: string;
  /** What the program puts out, only valid during the call; false ends it. */
  write: (bytes: Uint8Array) => boolean;
  /** `Date.now()` at which it is ended. */
  deadline: number;
}

export interface SevenZipEnd {
  /** 0 well, 1 warnings, 2 errors, 8 no memory; null when `write` ended it. */
  exit: number | null;
  /** What it had to say about errors. */
  messages: string;
}

interface Stream {
  position: number;
}

interface StreamOperations {
  llseek(stream: Stream, offset: number, whence: number): number;
  read(stream: Stream, buffer: Int8Array, at: number, length: number, position: number): number;
  write(stream: Stream, buffer: Int8Array, at: number, length: number): number;
}

interface Node {
  stream_ops: Partial<StreamOperations>;
  node_ops: Record<string, unknown>;
}

interface Program {
  FS: {
    streams: Node[];
    writeFile(path: string, data: string): void;
    createDataFile(parent: string, name: string, data: Uint8Array, canRead: boolean, canWrite: boolean): Node;
    lookupPath(path: string): { node: Node };
  };
  callMain(args: string[]): number;
}

type Factory = (options: object) => Promise<Program>;

const bytesOf = ({ buffer, byteOffset }: Int8Array, at: number, length: number) =>
  new Uint8Array(buffer, byteOffset + at, length);

const maxMessages = 40;

class Stopped extends Error {}

/** What ends a run from outside. An error that goes through the program may be taken for one of its own, so it is kept. */
function createLeash(deadline: number) {
  let reason: Error | null = null;
  const end = (error: Error): never => {
    reason ??= error;
    throw reason;
  };
  return {
    end,
    check(): void {
      if (reason) throw reason;
      if (Date.now() > deadline) end(fail('ERR_2006'));
    },
    get reason(): Error | null {
      return reason;
    },
  };
}

type Leash = ReturnType<typeof createLeash>;

/** In place of the memory file system's: the file is read where it lies. */
function mountInput({ FS }: Program, input: SevenZipInput, leash: Leash): void {
  FS.createDataFile('/', 'archive', new Uint8Array(0), true, false);
  const { node } = FS.lookupPath('/archive');
  const time = new Date(0);
  const attributes = { dev: 1, ino: 1, mode: 0o100444, nlink: 1, uid: 0, gid: 0, rdev: 0, size: input.size };
  const blocks = { blksize: 4096, blocks: Math.ceil(input.size / 512), atime: time, mtime: time, ctime: time };
  node.node_ops = { ...node.node_ops, getattr: () => ({ ...attributes, ...blocks }) };
  node.stream_ops = {
    llseek: (stream, offset, whence) => offset + (whence === 1 ? stream.position : whence === 2 ? input.size : 0),
    read(_, buffer, at, length, position) {
      leash.check();
      const wanted = Math.max(0, Math.min(length, input.size - position));
      if (wanted === 0) return 0;
      try {
        return input.read(bytesOf(buffer, at, wanted), position);
      } catch (error) {
        return leash.end(codedFileError(error));
      }
    },
  };
}

/** In place of the terminal, which takes letter by letter. */
function mountOutput({ FS }: Program, write: SevenZipRun['write'], leash: Leash): void {
  const [, output] = FS.streams;
  if (!output) return;
  const take = (_: Stream, buffer: Int8Array, at: number, length: number) => {
    leash.check();
    if (!write(bytesOf(buffer, at, length))) leash.end(new Stopped());
    return length;
  };
  output.stream_ops = { ...output.stream_ops, write: take };
}

async function start(limits: MediaLimits, messages: string[]): Promise<Program> {
  const factory = (await import('7z-wasm')).default as unknown as Factory | { default: Factory };
  const make = typeof factory === 'function' ? factory : factory.default;
  return make({
    instantiateWasm: await boundedWasm('7z-wasm/7zz.wasm', limits.decoderBytes),
    noInitialRun: true,
    print: () => undefined,
    printErr: (line: string) => messages.length < maxMessages && messages.push(line),
    stdin: () => null,
  });
}

function exitOf(program: Program, args: string[]): number {
  const before = process.exitCode;
  try {
    return program.callMain(args);
  } catch (error) {
    const { status } = error as { status?: unknown };
    if (typeof status === 'number') return status;
    throw error;
  } finally {
    // the program takes the process for its own
    process.exitCode = before;
  }
}

/** Runs 7-Zip's program once, in memory of its own. Throws ERR_2006 when the time is over, else codes of what failed. */
export async function runSevenZip(run: SevenZipRun, limits: MediaLimits): Promise<SevenZipEnd> {
  const messages: string[] = [];
  const program = await start(limits, messages);
  const leash = createLeash(run.deadline);
  mountInput(program, run.input, leash);
  mountOutput(program, run.write, leash);
  if (run.list !== undefined) program.FS.writeFile('/list', run.list);
  let exit: number | null = null;
  try {
    exit = exitOf(program, run.args);
  } catch (error) {
    if (leash.reason === null) throw fail('ERR_2003', { program: '7-Zip' }, error);
  }
  const { reason } = leash;
  if (reason !== null && !(reason instanceof Stopped)) throw reason;
  return { exit: reason === null ? exit : null, messages: messages.join('\n') };
}

/** What went wrong in a run, or null. */
export function codeOf({ exit, messages }: SevenZipEnd): UnpackFailure['code'] | null {
  if (/encrypted archive|Wrong password/iu.test(messages)) return 'ERR_1002';
  if (exit === 8 || /memory/iu.test(messages)) return 'ERR_2001';
  if (/Unsupported Method/iu.test(messages)) return 'ERR_2004';
  return exit === 0 || exit === null ? null : 'ERR_2003';
}

/** An archive that the program could not even list is damaged as a whole. */
export function damagedWhole(error: unknown): never {
  throw isCoded(error) && error.code === 'ERR_2003' ? fail('ERR_2002', error.details, error) : error;
}

/** A file as the archive of one run. */
export async function withFileInput<T>(path: string, work: (input: SevenZipInput) => Promise<T>): Promise<T> {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    return await work({ size, read: (target, position) => readSync(fd, target, 0, target.length, position) });
  } finally {
    closeSync(fd);
  }
}

/** Pieces of memory as one archive. */
export function memoryInput(pieces: Buffer[]): SevenZipInput {
  const starts: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    starts.push(size);
    size += piece.length;
  }
  return {
    size,
    read(target, position) {
      const index = starts.findLastIndex((start) => start <= position);
      const [piece, from] = [pieces[index], starts[index]];
      if (!piece || from === undefined) return 0;
      return piece.copy(target, 0, position - from);
    },
  };
}
