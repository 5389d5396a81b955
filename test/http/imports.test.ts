import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { scanLibrary } from '../../src/library/scan';
import { Book } from '../../src/model/book';
import { HistoryEvent } from '../../src/model/history-event';
import type { Library } from '../../src/model/library';
import { Series } from '../../src/model/series';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain, handlers } from '../library/support';
import { whileRunning } from '../jobs/support';
import { useApp } from '../support/app';
import { cbz, picture, put } from '../support/book-builders';
import { aLibrary, aProgress } from '../support/builders';

const app = useApp();
let work: string;
let root: string;
let incoming: string;
let library: Library;
let series: Series;

const bookAt = (at: string) => Book.query(app.db).findOne({ path: at, deletedAt: null });
const scan = async () => scanLibrary(contextOf(app), { libraryId: library.id, deep: false });

beforeAll(() => migrateQueue(app.url, silentLog()));
beforeEach(async () => {
  work = realpathSync(mkdtempSync(path.join(tmpdir(), 'kiremisu-import-')));
  root = path.join(work, 'library');
  incoming = path.join(work, 'incoming');
  mkdirSync(incoming);
  put(root, 'Lamp/1.cbz', await cbz({ seed: 1 }));
  put(root, 'Lamp/2.cbz', await cbz({ seed: 2 }));
  library = await aLibrary(app.db, { name: work, root, importBarcodeIsbn: false });
  await scan();
  await drain(app);
  series = await Series.query(app.db).findOne({ path: 'Lamp' }).throwIfNotFound();
});
afterEach(async () => {
  await app.db('library').delete();
  await app.db('historyEvent').delete();
  rmSync(work, { recursive: true, force: true });
});

async function importOf(book: object, copyMode = 'COPY'): Promise<void> {
  const entry = { seriesId: publicId(series.id), ...book };
  await app.admin
    .post('/api/v1/books/import')
    .send({ copyMode, books: [entry] })
    .expect(202);
  await drain(app);
}

describe('importing a file', () => {
  test('makes it a book of the series under the name that was asked for', async () => {
    const source = put(incoming, 'New Chapter.cbz', await cbz({ seed: 3 }));
    await importOf({ sourceFile: source, destinationName: '../../3' });
    expect(await bookAt('Lamp/3.cbz')).toMatchObject({ mediaStatus: 'READY', seriesId: series.id, number: 3 });
    expect(existsSync(source)).toBe(true);
    expect(await Series.query(app.db).findById(series.id)).toMatchObject({ bookCount: 3 });
    const [event] = await HistoryEvent.query(app.db);
    expect(event).toMatchObject({ type: 'BookImported', properties: { source, upgrade: 'No' } });
    expect(await scan()).toMatchObject({ added: 0, changed: 0, removed: 0 });
  });

  test('moves it where that is asked for, with the picture beside it', async () => {
    const source = put(incoming, 'x.cbz', await cbz({ seed: 3 }));
    put(incoming, 'x.jpg', await picture());
    await importOf({ sourceFile: source, destinationName: '3' }, 'MOVE');
    expect(readdirSync(incoming)).toEqual([]);
    expect(readdirSync(path.join(root, 'Lamp')).sort()).toEqual(['1.cbz', '2.cbz', '3.cbz', '3.jpg']);
    const book = await bookAt('Lamp/3.cbz');
    expect(await app.db('poster').where({ bookId: book!.id, type: 'SIDECAR' })).toHaveLength(1);
  });

  test('in the place of another book keeps its id, progress and place', async () => {
    const before = (await bookAt('Lamp/1.cbz'))!;
    await aProgress(app.db, before, { userId: app.adminId, page: 1 });
    const source = put(incoming, 'Better.cbz', await cbz({ seed: 9, pages: 4 }));
    await importOf({ sourceFile: source, destinationName: '1 better', upgradeBookId: publicId(before.id) }, 'HARDLINK');
    expect(await bookAt('Lamp/1 better.cbz')).toMatchObject({ id: before.id, pageCount: 4, mediaStatus: 'READY' });
    expect(readdirSync(path.join(root, 'Lamp')).sort()).toEqual(['1 better.cbz', '2.cbz']);
    expect(await app.db('readProgress').where({ bookId: before.id })).toHaveLength(1);
    expect((await HistoryEvent.query(app.db)).map(({ type }) => type).sort()).toEqual([
      'BookFileDeleted',
      'BookImported',
    ]);
    expect(await scan()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
  });

  test('under the same name replaces the file', async () => {
    const before = (await bookAt('Lamp/1.cbz'))!;
    const source = put(incoming, '1.cbz', await cbz({ seed: 9, pages: 5 }));
    await importOf({ sourceFile: source, upgradeBookId: publicId(before.id) });
    expect(await bookAt('Lamp/1.cbz')).toMatchObject({ id: before.id, pageCount: 5 });
  });

  test.each([
    ['what is not there', () => ({ sourceFile: path.join(incoming, 'none.cbz') })],
    ['a file of a library', () => ({ sourceFile: path.join(root, 'Lamp/2.cbz'), destinationName: '9' })],
    ['over a file that is there', () => ({ sourceFile: path.join(incoming, 'new.cbz'), destinationName: '2' })],
    ['what is no book', () => ({ sourceFile: path.join(incoming, 'notes.txt') })],
    [
      'in the place of a book of nobody',
      () => ({ sourceFile: path.join(incoming, 'new.cbz'), upgradeBookId: '0'.repeat(26) }),
    ],
    [
      'a broken file in the place of a book',
      async () => {
        const book = await bookAt('Lamp/1.cbz');
        return { sourceFile: path.join(incoming, 'broken.cbz'), upgradeBookId: publicId(book!.id) };
      },
    ],
  ])('does not happen: %s', async (_, entry) => {
    put(incoming, 'new.cbz', await cbz({ seed: 5 }));
    put(incoming, 'notes.txt', 'text');
    put(incoming, 'broken.cbz', 'broken');
    const before = readdirSync(path.join(root, 'Lamp')).sort();
    const books = await Book.query(app.db).select('id', 'path', 'fileSize', 'mediaStatus').orderBy('path');
    await importOf(await entry(), 'MOVE');
    expect(readdirSync(path.join(root, 'Lamp')).sort()).toEqual(before);
    expect(await Book.query(app.db).select('id', 'path', 'fileSize', 'mediaStatus').orderBy('path')).toEqual(books);
    expect(readdirSync(incoming).sort()).toEqual(['broken.cbz', 'new.cbz', 'notes.txt']);
    expect(await HistoryEvent.query(app.db)).toEqual([]);
  });

  test('needs a source and a known way to copy', async () => {
    const entry = { seriesId: publicId(series.id) };
    await app.admin
      .post('/api/v1/books/import')
      .send({ copyMode: 'COPY', books: [entry] })
      .expect(400);
    await app.admin.post('/api/v1/books/import').send({ copyMode: 'STEAL', books: [] }).expect(400);
  });
});

describe('transient books', () => {
  interface Transient {
    id: string;
    name: string;
    status: string;
    pages: unknown[];
    number: number | null;
    seriesId: string | null;
  }
  const list = (folder: string) => app.admin.post('/api/v1/transient-books').send({ path: folder });

  test('are the books below a folder, with what they may be once they are analysed', async () => {
    put(incoming, 'b.cbz', await cbz({ seed: 7, comicInfo: { Series: 'Lamp', Number: '3.5' } }));
    put(incoming, 'sub/a.cbz', 'broken');
    const found = (await list(incoming).expect(200)).body as Transient[];
    expect(found.map(({ name, status }) => [name, status])).toEqual([
      ['b', 'UNKNOWN'],
      ['a', 'UNKNOWN'],
    ]);
    const { url, db } = app;
    await whileRunning({ url, db, handlers, concurrency: 1 }, async () => {
      const good = await app.admin.post(`/api/v1/transient-books/${found[0]!.id}/analyze`).expect(200);
      expect(good.body).toMatchObject({ status: 'READY', number: 3.5, seriesId: publicId(series.id) });
      expect((good.body as Transient).pages).toHaveLength(2);
      const bad = await app.admin.post(`/api/v1/transient-books/${found[1]!.id}/analyze`).expect(200);
      expect(bad.body).toMatchObject({ status: 'UNSUPPORTED', comment: 'ERR_1001', seriesId: null });
    });
    const page = await app.admin
      .get(`/api/v1/transient-books/${found[0]!.id}/pages/1`)
      .responseType('blob')
      .expect(200);
    expect((page.body as Buffer).equals(await picture(71))).toBe(true);
    await app.admin.get(`/api/v1/transient-books/${found[0]!.id}/pages/9`).expect(400);
    await app.admin.get(`/api/v1/transient-books/${found[1]!.id}/pages/1`).expect(404);
  });

  test('are not found in libraries, nor where nothing is', async () => {
    expect((await list(root).expect(400)).body).toMatchObject({ message: 'ERR_1017' });
    expect((await list(path.join(work, 'none')).expect(400)).body).toMatchObject({ message: 'ERR_1016' });
    expect((await list('/etc').expect(400)).body).toMatchObject({ message: 'ERR_1016' });
    await app.admin.post('/api/v1/transient-books/unknown/analyze').expect(404);
  });
});

describe('the file system', () => {
  const look = (body?: object) => {
    const request = app.admin.post('/api/v1/filesystem');
    return body === undefined ? request : request.send(body);
  };

  test('is shown around the libraries: folders, files on request, nothing hidden', async () => {
    put(incoming, 'readme.txt', 'x');
    put(incoming, '.secret', 'x');
    mkdirSync(path.join(incoming, 'Sub'));
    const response = await look({ path: incoming, showFiles: true }).expect(200);
    expect(response.body).toEqual({
      parent: work,
      directories: [{ type: 'directory', name: 'Sub', path: path.join(incoming, 'Sub') }],
      files: [{ type: 'file', name: 'readme.txt', path: path.join(incoming, 'readme.txt') }],
    });
    const ofFile = await look({ path: path.join(incoming, 'readme.txt') }).expect(200);
    expect(ofFile.body).toMatchObject({ parent: incoming, files: [] });
  });

  test('begins with the places that may be looked into', async () => {
    for (const body of [undefined, {}, { path: '' }]) {
      const places = (await look(body).expect(200)).body as { directories: { path: string }[] };
      expect(places.directories.map((place) => place.path)).toContain(work);
      expect(places).not.toHaveProperty('parent');
    }
  });

  test('ends there: neither other paths nor links lead out', async () => {
    symlinkSync('/etc', path.join(incoming, 'link'));
    for (const outside of ['/etc', '/', path.join(incoming, 'link'), path.join(work, '../..'), '/proc/self'])
      await look({ path: outside }).expect(400);
    expect((await look({ path: 'relative' }).expect(400)).body).toMatchObject({ message: 'Path must be absolute' });
    const up = await look({ path: work }).expect(200);
    expect(up.body).toMatchObject({ parent: '' });
    await look({ path: null }).expect(400);
  });
});

describe('a reading list of ComicRack', () => {
  const match = (xml: string) =>
    app.admin.post('/api/v1/readlists/match/comicrack').attach('file', Buffer.from(xml), 'a.cbl');
  const listOf = (books: string, name = '<Name>Order</Name>') =>
    `<?xml version="1.0"?><ReadingList>${name}<Books>${books}</Books></ReadingList>`;

  test('is matched by title and number, and creates nothing', async () => {
    const xml = listOf('<Book Series="lamp" Number="02" Volume="1"/><Book Series="Lamp" Number="9" Volume="2008"/>');
    const response = await match(xml).expect(200);
    const book = (await bookAt('Lamp/2.cbz'))!;
    expect(response.body).toEqual({
      readListMatch: { name: 'Order', errorCode: '' },
      requests: [
        {
          request: { series: ['lamp'], number: '02' },
          matches: [
            {
              series: { seriesId: publicId(series.id), title: 'Lamp', releaseDate: null },
              books: [{ bookId: publicId(book.id), number: '2', title: '2' }],
            },
          ],
        },
        { request: { series: ['Lamp (2008)', 'Lamp'], number: '9' }, matches: [] },
      ],
      errorCode: '',
    });
    expect(await app.db('readList')).toEqual([]);
  });

  test('that cannot be used is refused with the reason', async () => {
    const refusal = async (xml: string) => ((await match(xml).expect(400)).body as { message: string }).message;
    expect(await refusal('no xml')).toBe('ERR_1015');
    expect(await refusal(listOf('<Book Series="x" Number="1"/>', ''))).toBe('ERR_1030');
    expect(await refusal(listOf(''))).toBe('ERR_1029');
    expect(await refusal(listOf('<Book Series="x"/>'))).toBe('ERR_1031');
  });

  test('tells when a read list of its name is there', async () => {
    const book = (await bookAt('Lamp/1.cbz'))!;
    const body = { name: 'order', bookIds: [publicId(book.id)], summary: '', ordered: true };
    await app.admin.post('/api/v1/readlists').send(body).expect(200);
    const response = await match(listOf('<Book Series="x" Number="1"/>')).expect(200);
    expect(response.body).toMatchObject({ readListMatch: { errorCode: 'ERR_1009' } });
  });
});

test('only administrators import, look at the disk and match lists', async () => {
  const reader = app.as(await app.user('import@example.org'));
  await reader.post('/api/v1/books/import').send({ copyMode: 'COPY', books: [] }).expect(403);
  await reader.post('/api/v1/filesystem').send({}).expect(403);
  await reader.post('/api/v1/transient-books').send({ path: incoming }).expect(403);
  writeFileSync(path.join(incoming, 'a.cbl'), 'x');
  await reader.post('/api/v1/readlists/match/comicrack').attach('file', Buffer.from('x'), 'a.cbl').expect(403);
});
