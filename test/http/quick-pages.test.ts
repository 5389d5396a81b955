import Koa from 'koa';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { truncateSync } from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { quickPages } from '../../src/http/quick-pages';
import { createRequestMetrics } from '../../src/http/request-metrics';
import { createAuthentication, type Authentication } from '../../src/library/authentication';
import { openBookPages, type OpenBookPages } from '../../src/library/book-pages';
import { scanLibrary } from '../../src/library/scan';
import { createSessions } from '../../src/library/sessions';
import { createViewers, type Viewers } from '../../src/library/viewers';
import { Book } from '../../src/model/book';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain } from '../library/support';
import { adminLogin, useApp } from '../support/app';
import { put } from '../support/book-builders';
import { aLibrary } from '../support/builders';
import { aPng } from '../support/pictures';
import { temporaryFolder } from '../support/temporary';
import { buildZip } from '../support/zip-builder';

/** The short way alone: what it leaves to the others is answered by 418. */
const folder = temporaryFolder();
const cache = temporaryFolder();
const app = useApp();
const metrics = createRequestMetrics();
const leftToOthers = 418;
let server: Server;
let base: string;
let authentication: Authentication;
let viewers: Viewers;
let pages: OpenBookPages;
let token: string;

const picture = (n: number) => aPng(40, 60, n);
const parts = [1, 2, 3].map((n) => ({ name: `${n}.png`, data: picture(n) }));

beforeAll(async () => {
  put(folder.path, 'Series/stored.cbz', buildZip(parts));
  put(folder.path, 'Series/packed.cbz', buildZip(parts.map((part) => ({ ...part, method: 8 }))));
  put(folder.path, 'Series/cut.cbz', buildZip(parts));
  for (const { name, data } of parts) put(folder.path, `Loose/folder/${name}`, data);
  await migrateQueue(app.url, silentLog());
  const library = await aLibrary(app.db, { root: folder.path });
  await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
  await drain(app);
  const { headers } = await app.admin.get('/api/v2/users/me').set('X-Auth-Token', '').expect(200);
  token = String(headers['x-auth-token']);

  viewers = createViewers(app.db);
  const deps = { db: app.db, sessions: createSessions(app.db), viewers, record: () => Promise.resolve() };
  authentication = createAuthentication({ ...deps, rememberMeDays: () => Promise.resolve(1) });
  pages = await openBookPages({ db: app.db, cacheDir: cache.path, permittedMilliseconds: 60_000 });
  const koa = new Koa();
  koa.use(quickPages({ authentication, pages, metrics, log: silentLog(), basePath: '/comics' }) as Koa.Middleware);
  koa.use((ctx) => {
    ctx.status = leftToOthers;
  });
  const handle = koa.callback();
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await pages.close();
});

/** Brings into memory what a reader who opens the book brings there. */
async function openOnce(name: string, page = 1): Promise<string> {
  const nothing = { apiKey: null, rememberToken: null, rememberMe: false, ip: '127.0.0.1', userAgent: '' };
  const identity = await authentication.identify({ ...nothing, basic: adminLogin, sessionToken: token });
  const book = await Book.query(app.db).findOne({ name });
  if (!identity || !book) throw new Error('no such reader or book');
  const { release } = await (await pages.find(identity.viewer, book.id, page, {})).open();
  release();
  return `/api/v1/books/${publicId(book.id)}/pages/${page}`;
}

const ask = (address: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${base}${address}`, { method, headers: { 'X-Auth-Token': token, ...headers } });

const told = (answer: Response) =>
  Object.fromEntries([...answer.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)));

test.each(['stored', 'folder'])('a page of "%s" that is at hand is answered as by the long way', async (name) => {
  const address = await openOnce(name, 2);
  const id = { 'X-Request-Id': 'the-same', 'X-Auth-Token': token };
  const long = await fetch(`${app.base}${address}`, { headers: id });
  for (const prefix of ['', '/comics']) {
    const short = await ask(prefix + address, id);
    expect(short.status).toBe(200);
    expect(told(short)).toEqual(told(long));
    expect(Buffer.from(await short.arrayBuffer()).equals(picture(2))).toBe(true);
  }
  await long.arrayBuffer();
});

test('it takes a name and password beside the session only if they are right', async () => {
  const address = await openOnce('stored');
  const basic = (password: string) => ({
    Authorization: `Basic ${Buffer.from(`${adminLogin.email}:${password}`).toString('base64')}`,
  });
  expect((await ask(address, basic(adminLogin.password))).status).toBe(200);
  expect((await ask(address, basic('wrong'))).status).toBe(leftToOthers);
  expect((await ask(address, { Authorization: 'Basic bm9jb2xvbg==' })).status).toBe(leftToOthers);
});

test('everything that may be answered in another way is left to the others', async () => {
  const address = await openOnce('stored');
  const unusual: [string, Record<string, string>, string?][] = [
    [address, { 'X-Auth-Token': 'unknown' }],
    [address, { 'X-Auth-Token': '' }],
    [address, { 'X-API-Key': 'unknown' }],
    [address, { Range: 'bytes=0-5' }],
    [address, { 'If-None-Match': '"x"' }],
    [address, { 'If-Modified-Since': new Date().toUTCString() }],
    [address, { Origin: 'http://elsewhere.example' }],
    [address, { Accept: 'application/pdf, image/*' }],
    [address, {}, 'HEAD'],
    [address, {}, 'DELETE'],
    [`${address}?convert=png`, {}],
    [`${address}/thumbnail`, {}],
    [address.replace(/1$/u, '4'), {}],
    [address.replace(/1$/u, '0'), {}],
    // open, but nobody has compared its checksum yet
    [address.replace(/1$/u, '3'), {}],
    [address.replace(/books\/\w+/u, 'books/01ARZ3NDEKTSV4RRFFQ69G5FAV'), {}],
  ];
  for (const [at, headers, method] of unusual) expect((await ask(at, headers, method)).status).toBe(leftToOthers);
  expect((await ask(await openOnce('packed'))).status).toBe(leftToOthers);
});

test('a change of rights or of books counts at once', async () => {
  const address = await openOnce('stored');
  pages.changed({ type: 'LibraryChanged', libraryId: 'x' } as never);
  expect((await ask(address)).status).toBe(leftToOthers);
  await openOnce('stored');
  expect((await ask(address)).status).toBe(200);
  authentication.forget(app.adminId);
  expect((await ask(address)).status).toBe(leftToOthers);
});

test('a file that is cut off while it is open is left to the others, who find out why', async () => {
  const address = await openOnce('cut');
  expect((await ask(address)).status).toBe(200);
  truncateSync(path.join(folder.path, 'Series/cut.cbz'), 40);
  expect((await ask(address)).status).toBe(leftToOthers);
});

test('many pages at once come each with their own bytes', async () => {
  const addresses = [await openOnce('stored', 1), await openOnce('stored', 2), await openOnce('stored', 3)];
  const wanted = Array.from({ length: 60 }, (_, n) => n % 3);
  const answers = await Promise.all(
    wanted.map(async (n) => Buffer.from(await (await ask(addresses[n] ?? '')).arrayBuffer())),
  );
  answers.forEach((bytes, at) => expect(bytes.equals(picture((wanted[at] ?? 0) + 1))).toBe(true));
});

test('what is answered is counted for the operation', async () => {
  const address = await openOnce('stored');
  const count = () => metrics.routes().find(({ route }) => route === 'getBookPageByNumber')?.count ?? 0;
  const before = count();
  await (await ask(address)).arrayBuffer();
  expect(count()).toBe(before + 1);
});
