import { blockBytes, createTarHeaders, isEmptyBlock, type TarEntry, type TarHeader } from './tar-headers';

/** Who reads a TAR as it comes. False ends the reading. */
export interface TarVisitor {
  entry(entry: TarEntry, index: number): boolean;
  /** A run of the bytes of the last entry, only valid during the call. */
  data(bytes: Uint8Array): boolean;
  /** The last entry is complete. */
  done(): boolean;
}

export interface TarStream {
  /** Takes the next bytes of the archive; false when no more are wanted. */
  push(bytes: Uint8Array): boolean;
  /** `damaged`: no header where one should be. `ended`: the archive came to its end. */
  readonly state: 'going' | 'stopped' | 'damaged' | 'ended';
  /** The archive may end here: nothing is under way. */
  readonly isComplete: boolean;
}

/** Reads a TAR that is unpacked meanwhile: nothing of it is kept but the header under way. */
export function createTarStream(visitor: TarVisitor): TarStream {
  const headers = createTarHeaders();
  const block = Buffer.alloc(blockBytes);
  let state: TarStream['state'] = 'going';
  let count = 0;
  let filled = 0;
  /** What is behind the last header: its own bytes, then those up to the next header. */
  let header: TarHeader | null = null;
  let passed = 0;
  let text: Buffer[] = [];

  const stop = (why: TarStream['state']) => {
    state = why;
    return false;
  };
  /** All data of the header is there. */
  const complete = ({ entry, told }: TarHeader): boolean => {
    if (told > 0) headers.tell(Buffer.concat(text));
    text = [];
    return entry === null || visitor.done() || stop('stopped');
  };
  const begin = (): boolean => {
    filled = 0;
    if (isEmptyBlock(block)) return stop('ended');
    header = headers.read(Buffer.from(block));
    if (!header) return stop('damaged');
    passed = 0;
    if (header.entry && !visitor.entry(header.entry, count++)) return stop('stopped');
    return header.size > 0 || complete(header);
  };
  /** Takes what belongs to the last header; returns how much that was. */
  const take = (bytes: Uint8Array, current: TarHeader): number => {
    const own = bytes.subarray(0, Math.max(0, Math.min(bytes.length, current.size - passed)));
    if (own.length > 0) {
      if (current.entry && !visitor.data(own)) stop('stopped');
      if (passed < current.told) text.push(Buffer.from(own.subarray(0, current.told - passed)));
      passed += own.length;
      if (state === 'going' && passed === current.size) complete(current);
      return own.length;
    }
    const padding = Math.min(bytes.length, current.room - passed);
    passed += padding;
    return padding;
  };
  return {
    push(bytes) {
      for (let at = 0; at < bytes.length && state === 'going';) {
        if (header && passed < header.room) {
          at += take(bytes.subarray(at), header);
          continue;
        }
        const part = bytes.subarray(at, at + blockBytes - filled);
        block.set(part, filled);
        [at, filled] = [at + part.length, filled + part.length];
        if (filled === blockBytes) begin();
      }
      return state === 'going';
    },
    get state() {
      return state;
    },
    get isComplete() {
      return filled === 0 && state !== 'damaged' && (header === null || passed >= header.room);
    },
  };
}
