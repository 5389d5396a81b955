import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Middleware } from 'koa';
import { notFound } from '../../base/errors';
import type { HttpContext, HttpState } from '../context';
import { notModified } from '../reply';

export interface WebFile {
  mediaType: string;
  data: Buffer;
  etag: string;
}

/** By path below the UI's root, with a leading slash. */
export type WebFiles = Map<string, WebFile>;

const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
};

const etagOf = (data: Buffer): string => `W/"${createHash('sha1').update(data).digest('base64url')}"`;

/** The built web UI, whole in memory: it is small, and no request ever becomes a path. Empty when it was not built. */
export async function loadWebFiles(folder: string): Promise<WebFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, WebFile>();
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const data = await readFile(file);
    const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    files.set(url, {
      data,
      mediaType: mediaTypes[path.extname(file)] ?? 'application/octet-stream',
      etag: etagOf(data),
    });
  }
  return files;
}

const looksLikeFile = (requested: string): boolean => /\.[a-z0-9]{2,5}$/i.test(requested);

/** Serves the web UI: its files, and its page for every other path, so that `/series/{id}` can be opened and reloaded. */
export function webUi(files: WebFiles): Middleware<HttpState> {
  const index = files.get('/index.html');
  return (ctx) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw notFound();
    const file = ctx.path === '/index.html' ? undefined : files.get(ctx.path);
    if (file) return sendWebFile(ctx, file);
    if (!index || looksLikeFile(ctx.path)) throw notFound();
    sendIndex(ctx, index);
  };
}

/** Built assets carry a hash in their name, so they may be kept for ever. */
function sendWebFile(ctx: HttpContext, file: WebFile): void {
  ctx.set('Cache-Control', ctx.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (notModified(ctx, { etag: file.etag })) return;
  ctx.set('Content-Type', file.mediaType);
  ctx.body = file.data;
}

/** All addresses of the page are relative to its `<base>`, which depends on the base path and the proxy in front. */
function sendIndex(ctx: HttpContext, index: WebFile): void {
  ctx.set('Cache-Control', 'no-cache');
  ctx.set('Content-Type', index.mediaType);
  ctx.body = index.data.toString('utf8').replace('<base href="/" />', `<base href="${ctx.state.basePath}/" />`);
}
