import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import parseRange from 'range-parser';
import { fail } from '../base/errors';
import type { Download } from '../library/downloads';
import type { FoundPage } from '../library/pages';
import type { ServedPoster } from '../library/served-poster';
import type { HttpContext } from './context';

/** Komga's: kept by the client alone, and asked about again each time. */
export const revalidate = 'max-age=0, must-revalidate, private';

/** `yyyy-MM-ddTHH:mm:ssZ`: three clients cannot read a fraction. */
export const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** True when the client's copy is still right; the answer is then a 304 without body. */
export function notModified(ctx: HttpContext, validators: { etag?: string; lastModified?: Date }): boolean {
  if (validators.etag !== undefined) ctx.set('ETag', validators.etag);
  if (validators.lastModified !== undefined) ctx.set('Last-Modified', validators.lastModified.toUTCString());
  ctx.status = 200;
  if (!ctx.fresh) return false;
  ctx.status = 304;
  ctx.body = null;
  return true;
}

/** Text with a validator of its content: a client that polls gets 304s. */
export function sendText(ctx: HttpContext, type: string, body: string, status = 200): void {
  ctx.set('Content-Type', type);
  if (status === 200 && (ctx.method === 'GET' || ctx.method === 'HEAD')) {
    const etag = `W/"${createHash('sha1').update(body).digest('base64url')}"`;
    if (notModified(ctx, { etag })) return;
  }
  ctx.status = status;
  ctx.body = body;
}

/** JSON as Komga writes it: no charset, nulls present. */
export function sendJson(ctx: HttpContext, value: unknown, status = 200): void {
  sendText(ctx, 'application/json', JSON.stringify(value), status);
}

/**
 * The name in plain ASCII for old clients and whole in UTF-8 for all others, always both: some read only the second one
 * (clients.md rule 26), and none agree on how quotes in the first one are escaped.
 */
function disposition(kind: 'attachment' | 'inline', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${whole}`;
}

export interface Bytes {
  mediaType: string;
  data: Buffer | Readable;
  /** Bytes; needed for a stream so that the client can show progress. */
  size?: number;
}

/** A picture or another whole thing in memory or as a stream. Not for files: they need ranges. */
export function sendBytes(ctx: HttpContext, bytes: Bytes, name: string | null = null): void {
  ctx.status = 200;
  ctx.set('Content-Type', bytes.mediaType);
  if (name !== null) ctx.set('Content-Disposition', disposition('inline', name));
  ctx.body = bytes.data;
  if (bytes.size !== undefined) ctx.length = bytes.size;
}

/**
 * A file for download: exact length, one range (several are answered whole), name in ASCII and UTF-8.
 * The path was resolved inside its library by the caller. Throws ERR_1018 when the file is gone.
 */
export async function sendFile(
  ctx: HttpContext,
  file: { path: string; name: string; mediaType: string },
): Promise<void> {
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw fail('ERR_1018', {}, error);
  });
  const stat = await handle.stat();
  ctx.set('Accept-Ranges', 'bytes');
  ctx.set('Content-Type', file.mediaType);
  ctx.set('Content-Disposition', disposition('attachment', file.name));
  const etag = `"${stat.size.toString(36)}-${Math.trunc(stat.mtimeMs).toString(36)}"`;
  if (notModified(ctx, { etag, lastModified: stat.mtime }) || ctx.method === 'HEAD') {
    await handle.close();
    if (ctx.status === 200) ctx.length = stat.size;
    return;
  }
  const range = wantedRange(ctx, stat.size, etag);
  if (range === 'unsatisfiable') {
    await handle.close();
    ctx.set('Content-Range', `bytes */${stat.size}`);
    ctx.body = null;
    ctx.status = 416;
    return;
  }
  if (range) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${stat.size}`);
  }
  const { start, end } = range ?? { start: 0, end: stat.size - 1 };
  ctx.body = stat.size === 0 ? '' : createReadStream(file.path, { fd: handle, start, end });
  ctx.length = end - start + 1;
  if (stat.size === 0) await handle.close();
}

function wantedRange(
  ctx: HttpContext,
  size: number,
  etag: string,
): { start: number; end: number } | 'unsatisfiable' | null {
  const header = ctx.get('range');
  const condition = ctx.get('if-range');
  if (header === '' || (condition !== '' && condition !== etag)) return null;
  const ranges = parseRange(size, header);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}

/** Aborts when the client hangs up: what is being read or rendered for it stops. */
function hangUpSignal(ctx: HttpContext): AbortSignal {
  const controller = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** The same page in other bytes: its tag says so, and compares equal all the same. */
function tellEncoding(ctx: HttpContext, encoding: string): void {
  ctx.set('Content-Encoding', encoding);
  ctx.vary('Accept-Encoding');
  ctx.set('ETag', `W/${ctx.response.get('ETag')}`);
}

/** A page of a book. Its buffer is used again only when the answer was written. */
export async function sendPage(ctx: HttpContext, page: FoundPage): Promise<void> {
  if (notModified(ctx, page)) return;
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/iu.test(ctx.get('accept-encoding'));
  const { data, size, encoding = null, release } = await page.open(hangUpSignal(ctx), takesGzip);
  if (encoding !== null) tellEncoding(ctx, encoding);
  if (ctx.method === 'HEAD' && !Buffer.isBuffer(data)) data.destroy();
  // finish, not close: a socket that died first may still be read from
  ctx.res.once('finish', release);
  sendBytes(
    ctx,
    { mediaType: page.mediaType, data: ctx.method === 'HEAD' ? Buffer.alloc(0) : data, size },
    page.fileName,
  );
}

/** A file with ranges, or a ZIP made on the fly, whose length nobody knows. */
export async function sendDownload(
  ctx: HttpContext,
  download: Download,
  mediaType = download.mediaType,
): Promise<void> {
  if (download.kind === 'file') return sendFile(ctx, { ...download, mediaType });
  ctx.status = 200;
  ctx.set('Content-Type', mediaType);
  ctx.set('Content-Disposition', disposition('attachment', download.name));
  if (ctx.method !== 'HEAD') ctx.body = download.open();
}

/**
 * A poster under its true type; clients ask for it again with every view, so an unchanged one costs a 304.
 * `maxAge`: seconds for which they need not ask.
 */
export function sendPoster(ctx: HttpContext, poster: ServedPoster, maxAge?: number): void {
  if (maxAge !== undefined) ctx.set('Cache-Control', `max-age=${maxAge}, private`);
  if (notModified(ctx, { etag: `"${poster.id}"` })) return;
  sendBytes(ctx, { mediaType: poster.mediaType, data: poster.bytes, size: poster.bytes.length });
}
