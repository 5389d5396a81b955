import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { fail } from '../base/errors';
import type { Download } from '../library/downloads';
import type { ServedPoster } from '../library/served-poster';
import type { HttpContext } from './context';
import { tellRange, type Part } from './range';

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

/** Where a reply has the members of its first member, `content`, when they are too many to be held. */
export const contentParts = Symbol('content in parts');

export type InParts = object & { [contentParts]: AsyncIterable<unknown[]> };

const isInParts = (value: unknown): value is InParts =>
  typeof value === 'object' && value !== null && contentParts in value;

/** The text of a reply with its content put in, a part at a time. */
async function* written(value: InParts, response: ServerResponse): AsyncGenerator<string> {
  const [begin, end] = JSON.stringify(value).split('"content":[]', 2);
  yield `${begin}"content":[`;
  let separator = '';
  try {
    for await (const members of value[contentParts]) {
      if (members.length === 0) continue;
      yield separator + JSON.stringify(members).slice(1, -1);
      separator = ',';
    }
  } catch (error) {
    // a list that breaks off must not look whole, nor its client wait for the rest
    response.destroy();
    throw error;
  }
  yield `]${end}`;
}

/** JSON as Komga writes it: no charset, nulls present. */
export function sendJson(ctx: HttpContext, value: unknown, status = 200): void {
  if (isInParts(value)) {
    ctx.status = status;
    ctx.set('Content-Type', 'application/json');
    ctx.body =
      ctx.method === 'HEAD' ? Readable.from([]) : Readable.from(written(value, ctx.res), { objectMode: false });
    return;
  }
  sendText(ctx, 'application/json', JSON.stringify(value), status);
}

/**
 * The name in plain ASCII for old clients and whole in UTF-8 for all others, always both: some read only the second one
 * (clients.md rule 26), and none agree on how quotes in the first one are escaped.
 */
export function disposition(kind: 'attachment' | 'inline', name: string): string {
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

/** What is downloaded: its name, and what tells one version from another. */
interface Downloaded {
  name: string;
  mediaType: string;
  size: number;
  etag: string;
  lastModified: Date | null;
}

/** Headers of a download: exact length, name in ASCII and UTF-8. The bytes to send, or null when the answer is complete without. */
function beginDownload(ctx: HttpContext, { name, mediaType, size, etag, lastModified }: Downloaded): Part | null {
  ctx.set('Accept-Ranges', 'bytes');
  ctx.set('Content-Type', mediaType);
  ctx.set('Content-Disposition', disposition('attachment', name));
  if (notModified(ctx, { etag, ...(lastModified ? { lastModified } : {}) })) return null;
  if (ctx.method === 'HEAD') {
    ctx.length = size;
    return null;
  }
  return tellRange(ctx, size, etag);
}

/** The path was resolved inside its library by the caller. Throws ERR_1018 when the file is gone. */
export async function sendFile(
  ctx: HttpContext,
  file: { path: string; name: string; mediaType: string },
): Promise<void> {
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw fail('ERR_1018', {}, error);
  });
  const { size, mtime, mtimeMs } = await handle.stat();
  const etag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;
  const wanted = beginDownload(ctx, { ...file, size, etag, lastModified: mtime });
  if (wanted === null || size === 0) {
    await handle.close();
    if (wanted !== null) ctx.body = '';
    return;
  }
  ctx.body = createReadStream(file.path, { fd: handle, ...wanted });
  ctx.length = wanted.end - wanted.start + 1;
}

/** A file, or a ZIP made on the fly, which has length, version and ranges as a file has. */
export async function sendDownload(
  ctx: HttpContext,
  download: Download,
  mediaType = download.mediaType,
): Promise<void> {
  if (download.kind === 'file') return sendFile(ctx, { ...download, mediaType });
  const { name, zip, etag, modifiedAt } = download;
  const wanted = beginDownload(ctx, { name, mediaType, size: zip.size, etag, lastModified: modifiedAt });
  if (wanted === null) return;
  ctx.body = zip.open(wanted);
  ctx.length = wanted.end - wanted.start + 1;
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

/**
 * Posters (mosaics) that the client has, by their tags, while it takes a 304 for an answer (`no-cache` wants the whole). `suffix`:
 * what follows the id in a tag.
 */
export function postersAtHand(ctx: HttpContext, suffix = ''): string[] {
  if (/no-cache/i.test(ctx.get('cache-control'))) return [];
  const tags = ctx.get('if-none-match').split(',', 20);
  const isId = /^(?:[\w-]{36}|[\w-]{27})$/;
  return tags.flatMap((tag) => {
    const value = /^(?:W\/)?"([^"]+)"$/.exec(tag.trim())?.[1] ?? '';
    const id = value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : '';
    return isId.test(id) ? [id] : [];
  });
}
