import { Readable } from 'node:stream';
import type { FoundPage } from '../library/found-page';
import type { HttpContext } from './context';
import { tellRange, type Part } from './range';
import { disposition, notModified } from './reply';

/** Aborts when the client hangs up: what is being read or rendered for it stops. */
function hangUpSignal(ctx: HttpContext): AbortSignal {
  const controller = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Of bytes that come one after the other; those in front of the part are read and dropped. */
async function* partOf(stream: AsyncIterable<Buffer>, { start, end }: Part): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of stream) {
    const [from, to] = [Math.max(0, start - at), Math.min(chunk.length, end + 1 - at)];
    at += chunk.length;
    if (to > from) yield chunk.subarray(from, to);
    if (at > end) return;
  }
}

function cut(data: Buffer | Readable, size: number, part: Part): Buffer | Readable {
  if (part.start === 0 && part.end === size - 1) return data;
  if (Buffer.isBuffer(data)) return data.subarray(part.start, part.end + 1);
  return Readable.from(partOf(data, part), { objectMode: false });
}

/**
 * A page of a book: never compressed and always with its length, so that apps can show how much of it has come (clients.md
 * rule 27), whole or a range of it. Its buffer is used again only when the answer was written.
 */
export async function sendPage(ctx: HttpContext, page: FoundPage): Promise<void> {
  if (notModified(ctx, page)) return;
  const { data, size, release } = await page.open(hangUpSignal(ctx));
  // finish, not close: a socket that died first may still be read from
  ctx.res.once('finish', release);
  ctx.set('Accept-Ranges', 'bytes');
  ctx.set('Content-Type', page.mediaType);
  if (page.fileName !== null) ctx.set('Content-Disposition', disposition('inline', page.fileName));
  const part = ctx.method === 'HEAD' ? { start: 0, end: size - 1 } : tellRange(ctx, size, page.etag);
  const isSent = part !== null && ctx.method !== 'HEAD';
  if (!isSent && !Buffer.isBuffer(data)) data.destroy();
  if (part === null) return;
  ctx.body = isSent ? cut(data, size, part) : '';
  ctx.length = part.end - part.start + 1;
}
