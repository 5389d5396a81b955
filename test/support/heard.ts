import type { ServerResponse } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

export interface Heard {
  /** Of the types that were asked for only: buffers of pictures are used again, and nobody reads them here. */
  chunks: Buffer[];
  /** Bytes of the body, whatever their type. */
  length: number;
}

/** Listens to what is written to a client; keeps the body of the types (content-type header) that are wanted. */
export function hear(response: ServerResponse, isWanted: (type: string) => boolean): Heard {
  const heard: Heard = { chunks: [], length: 0 };
  const keep = (chunk: unknown): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const bytes = Buffer.from(chunk as Uint8Array);
    heard.length += bytes.length;
    if (isWanted(String(response.getHeader('content-type')))) heard.chunks.push(bytes);
  };
  const [write, end] = [response.write.bind(response), response.end.bind(response)] as ((
    ...given: unknown[]
  ) => never)[];
  response.write = (...given: unknown[]) => {
    keep(given[0]);
    return write?.(...given) as never;
  };
  response.end = (...given: unknown[]) => {
    keep(given[0]);
    return end?.(...given) as never;
  };
  return heard;
}

const unpackers: Record<string, (bytes: Buffer) => Buffer> = { gzip: gunzipSync, br: brotliDecompressSync };

/** A body as it was before the server packed it; `encoding` is its content-encoding, if any. */
export const unpacked = (bytes: Buffer, encoding: unknown): Buffer => unpackers[String(encoding)]?.(bytes) ?? bytes;
