import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { scanLibrary } from '../../src/library/scan';

import { Book } from '../../src/model/book';
import { BookMedia } from '../../src/model/book-media';
import { HistoryEvent } from '../../src/model/history-event';
import type { Library } from '../../src/model/library';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain } from '../library/support';
import { useApp } from '../support/app';
import { picture, put, zipOf } from '../support/book-builders';
import { aLibrary, aProgress } from '../support/builders';

const app = useApp();
const known = '/api/v1/page-hashes';
const unknown = `${known}/unknown`;
let library: Library;
let root: string;

interface Match {
  bookId: string;
  url: string;
  pageNumber: number;
}

async function comic(...pages: number[]): Promise<Buffer> {
  const named = pages.map(async (seed, index) => ({ name: `${index + 1}.jpg`, data: await picture(seed) }));
  return zipOf([{ name: 'notes.txt', data: Buffer.from('kept') }, ...(await Promise.all(named))]);
}

async function scan(): Promise<void> {
  await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
  await drain(app);
}

const bookAt = (at: string) => Book.query(app.db).findOne({ path: at }).throwIfNotFound();
const contentOf = async <T>(address: string) =>
  ((await app.admin.get(address).expect(200)).body as { content: T[] }).content;
/** The credits: the page that stands in every book. */
const credits = async () => (await contentOf<{ hash: string }>(`${unknown}?sort=matchCount,desc`))[0]!.hash;

beforeAll(() => migrateQueue(app.url, silentLog()));
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'kiremisu-hashes-'));
  library = await aLibrary(app.db, { root, hashPages: true, hashFiles: false, importBarcodeIsbn: false });
  put(root, 'A/1.cbz', await comic(1, 2, 99));
  put(root, 'A/2.cbz', await comic(3, 4, 99));
  put(root, 'A/3.cbz', await comic(5, 99, 6, 7, 8, 9, 10));
  await scan();
});
afterEach(async () => {
  await app.db('library').delete();
  await app.db('knownPageHash').delete();
  await app.db('historyEvent').delete();
  rmSync(root, { recursive: true, force: true });
});

test('a page that stands in several books is listed with its places', async () => {
  const list = await contentOf<{ hash: string; matchCount: number; size: number }>(unknown);
  expect(list).toEqual([{ hash: expect.any(String) as string, matchCount: 3, size: (await picture(99)).length }]);
  const matches = await contentOf<Match>(`${known}/${list[0]!.hash}?sort=url,desc`);
  expect(matches.map(({ url, pageNumber }) => [url, pageNumber])).toEqual([
    [path.join(root, 'A/3.cbz'), 2],
    [path.join(root, 'A/2.cbz'), 3],
    [path.join(root, 'A/1.cbz'), 3],
  ]);
});

test('only the first and last three pages are looked at', async () => {
  expect(
    await app
      .db('pageHash')
      .where({ bookId: (await bookAt('A/3.cbz')).id })
      .orderBy('number')
      .pluck('number'),
  ).toEqual([1, 2, 3, 5, 6, 7]);
});

test('the page itself and small pictures of it are served', async () => {
  const hash = await credits();
  const whole = await app.admin.get(`${unknown}/${hash}/thumbnail`).responseType('blob').expect(200);
  expect((whole.body as Buffer).equals(await picture(99))).toBe(true);
  await app.admin.get(`${unknown}/${hash}/thumbnail?resize=20`).expect('Content-Type', 'image/jpeg').expect(200);
  await app.admin.get(`${unknown}/${hash}/thumbnail?resize=x`).expect(400);
  await app.admin.get(`${known}/${hash}/thumbnail`).expect(404);
  await app.admin.get(`${unknown}/nothing/thumbnail`).expect(404);
});

test('a decided page is known, keeps a picture, and its decision can change', async () => {
  const hash = await credits();
  await app.admin.put(known).send({ hash, size: 12, action: 'IGNORE' }).expect(202);
  expect(await contentOf(unknown)).toEqual([]);
  await app.admin.get(`${known}/${hash}/thumbnail`).expect('Content-Type', 'image/jpeg').expect(200);
  await app.admin.put(known).send({ hash, action: 'DELETE_MANUAL' }).expect(202);
  expect(await contentOf(`${known}?action=DELETE_MANUAL`)).toMatchObject([
    { hash, size: 12, matchCount: 3, deleteCount: 0 },
  ]);
  expect(await contentOf(`${known}?action=IGNORE`)).toEqual([]);
  await app.admin.put(known).send({ hash: '', action: 'IGNORE' }).expect(400);
});

test('a page is removed from one book: the other pages, files, id and place of the reader stay', async () => {
  const hash = await credits();
  const before = await bookAt('A/3.cbz');
  await aProgress(app.db, before, { userId: app.adminId, page: 4 });
  const match = (await contentOf<Match>(`${known}/${hash}?sort=url,desc`))[0]!;
  await app.admin.post(`${known}/${hash}/delete-match`).send(match).expect(202);
  await drain(app);
  const after = await bookAt('A/3.cbz');
  expect(after).toMatchObject({ id: before.id, mediaStatus: 'READY', pageCount: 6 });
  expect(after.fileSize).toBe(statSync(path.join(root, 'A/3.cbz')).size);
  const names = (await app.admin.get(`/api/v1/books/${publicId(after.id)}/pages`)).body as { fileName: string }[];
  expect(names.map(({ fileName }) => fileName)).toEqual(['1.jpg', '3.jpg', '4.jpg', '5.jpg', '6.jpg', '7.jpg']);
  expect(await app.db('readProgress').where({ bookId: after.id }).first('page')).toEqual({ page: 3 });
  const media = await BookMedia.query(app.db).findById(after.id).throwIfNotFound();
  expect(media.files.map(({ name }) => name)).toEqual(['notes.txt']);
  expect((await contentOf<Match>(`${known}/${hash}`)).length).toBe(2);
  expect(await HistoryEvent.query(app.db)).toMatchObject([
    { type: 'DuplicatePageDeleted', bookId: after.id, properties: { 'page number': '2', 'page file name': '2.jpg' } },
  ]);
  // the next scan finds the file as the database knows it
  const scanned = await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
  expect(scanned).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
});

test('a page is removed from all books; known pages count it', async () => {
  const hash = await credits();
  await app.admin.put(known).send({ hash, action: 'DELETE_MANUAL' }).expect(202);
  await app.admin.post(`${known}/${hash}/delete-all`).expect(202);
  await drain(app);
  expect(await contentOf(known)).toMatchObject([{ hash, deleteCount: 3, matchCount: 0 }]);
  expect((await Book.query(app.db).orderBy('path')).map(({ pageCount }) => pageCount)).toEqual([2, 2, 6]);
  expect(readdirSync(path.join(root, 'A')).sort()).toEqual(['1.cbz', '2.cbz', '3.cbz']);
});

test('what is to be deleted automatically goes after the next scan', async () => {
  const hash = await credits();
  await app.admin.put(known).send({ hash, action: 'DELETE_AUTO' }).expect(202);
  await scan();
  expect((await Book.query(app.db).orderBy('path')).map(({ pageCount }) => pageCount)).toEqual([2, 2, 6]);
});

test('a file that is not the analysed one is left alone', async () => {
  const hash = await credits();
  const file = path.join(root, 'A/1.cbz');
  const other = await comic(20, 21, 99);
  writeFileSync(file, other);
  await app.admin.post(`${known}/${hash}/delete-all`).expect(202);
  await drain(app);
  expect(statSync(file).size).toBe(other.length);
  expect((await bookAt('A/1.cbz')).pageCount).toBe(3);
  expect((await bookAt('A/2.cbz')).pageCount).toBe(2);
});

test('the only page of a book is not removed, and not tried again', async () => {
  put(root, 'A/4.cbz', await comic(99));
  await scan();
  const hash = await credits();
  const size = statSync(path.join(root, 'A/4.cbz')).size;
  await app.admin.post(`${known}/${hash}/delete-all`).expect(202);
  await drain(app);
  expect(statSync(path.join(root, 'A/4.cbz')).size).toBe(size);
  expect(await app.db('fileChangeFailure').select('kind', 'code')).toEqual([
    { kind: 'removeHashedPages', code: 'ERR_1006' },
  ]);
  expect(existsSync(path.join(root, 'A/4.cbz'))).toBe(true);
});

test('only administrators look at duplicate pages', async () => {
  const reader = await app.user('hashes@example.org');
  for (const address of [known, unknown, `${known}/x`, `${known}/x/thumbnail`])
    await app.as(reader).get(address).expect(403);
  await app.as(reader).put(known).send({ hash: 'x', action: 'IGNORE' }).expect(403);
  await app.as(reader).post(`${known}/x/delete-all`).expect(403);
});
