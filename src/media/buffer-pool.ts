const smallest = 64 * 1024;

/** Buffers that are used again: allocating one for each page costs more than reading the page (performance.md §4). */
export interface BufferPool {
  /** A buffer of at least that many bytes, with whatever was in it. */
  take(bytes: number): Buffer;
  give(buffer: Buffer): void;
}

const classOf = (bytes: number) => {
  let size = smallest;
  while (size < bytes) size *= 2;
  return size;
};

export function createBufferPool(maxIdleBytes = 32 * 1024 * 1024): BufferPool {
  const idle = new Map<number, Buffer[]>();
  let idleBytes = 0;
  return {
    take(bytes) {
      const size = classOf(bytes);
      const buffer = idle.get(size)?.pop();
      if (!buffer) return Buffer.allocUnsafeSlow(size);
      idleBytes -= size;
      return buffer;
    },
    give(buffer) {
      if (idleBytes + buffer.length > maxIdleBytes) return;
      const list = idle.get(buffer.length);
      if (list) list.push(buffer);
      if (!list) idle.set(buffer.length, [buffer]);
      idleBytes += buffer.length;
    },
  };
}
