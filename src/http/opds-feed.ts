import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as pause } from 'node:timers/promises';
import { atOnce } from '../opds/paging';
import type { HttpContext } from './context';
import { notModified } from './reply';

/** A list of books that is still to be written. */
export interface Unwritten {
  /** All that its text depends on. */
  source: object;
  /** Books in it. */
  length: number;
  parts: () => Iterable<string>;
}

/** The next version of this program may write the same list in other words. */
const edition = randomUUID();

/** Of what a list says, not of its text: an app that has it already costs no writing. */
const tagOf = (source: object): string =>
  `W/"${createHash('sha1').update(edition).update(JSON.stringify(source)).digest('base64url')}"`;

/** With pauses in which other requests have their turn. */
async function* paced(parts: Iterable<string>): AsyncGenerator<string> {
  for (const part of parts) {
    yield part;
    await pause();
  }
}

async function whole(parts: Iterable<string>): Promise<string> {
  let text = '';
  for await (const part of paced(parts)) text += part;
  return text;
}

/** Chunks are of HTTP/1.1; who asks by HTTP/1.0 (old readers, nginx as it comes) is told the length. */
const takesChunks = ({ req }: HttpContext): boolean => req.httpVersionMajor > 1 || req.httpVersionMinor > 0;

/**
 * A list of books. A long one is sent while it is written: its first books arrive after the time of 25, whatever its length,
 * and no more than those are in memory as text. HEAD has the headers of GET, so that of such a list neither tells a length.
 */
export async function sendList(ctx: HttpContext, type: string, { source, length, parts }: Unwritten): Promise<void> {
  ctx.set('Content-Type', type);
  if (notModified(ctx, { etag: tagOf(source) })) return;
  if (length <= atOnce || !takesChunks(ctx)) {
    ctx.body = await whole(parts());
    return;
  }
  ctx.body = ctx.method === 'HEAD' ? Readable.from([]) : Readable.from(paced(parts()), { objectMode: false });
}
