import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { publicId } from '../../src/base/public-id';
import { silentLog } from '../../src/base/log';
import { loadWebFiles } from '../../src/http/ui/web-files';
import { scanLibrary } from '../../src/library/scan';
import { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import { Series } from '../../src/model/series';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain } from '../library/support';
import { adminLogin, useApp } from '../support/app';
import { aCollection, aLibrary, aProgress, aReadList } from '../support/builders';
import { countProblems2, facetProblems, pagingProblems, pagingProblems2 } from '../support/counts';
import { answerProblems, ask, basic, walk, waysOf, type Answer, type Walk, type WalkOptions } from '../support/crawler';
import { waysOf2 } from '../support/crawler2';
import { describeWithReference } from '../support/reference';
import { makeLibrary } from '../support/reference-library';

interface Recorded {
  request: { method: string; path: string; credentials: boolean; headers: Record<string, string> };
  status: number;
}

type Symbols = Record<string, { name?: string; folder?: string; title?: string; file?: string; series?: string }>;

jest.setTimeout(400_000);

/** The corpus' realistic library: CBZ, RAR, PDF, EPUB, damaged files, odd names; with what the recording of Komga had set up. */
describeWithReference('a generated library', (directory) => {
  const app = useApp(async () => ({ webFiles: await loadWebFiles(path.resolve(__dirname, '../../src/web/public')) }));
  const golden = path.join(directory, 'reference/golden-opds');
  const symbols = JSON.parse(readFileSync(path.join(golden, 'ids.json'), 'utf8')) as Symbols;
  const ids = new Map<string, string>();
  let folder: string;
  let library: Library;

  const seriesOf = (symbol: string) =>
    Series.query(app.db)
      .findOne({ name: symbols[symbol]?.folder ?? '' })
      .throwIfNotFound();
  async function bookOf(symbol: string): Promise<Book> {
    const { file = '', series = '' } = symbols[symbol] ?? {};
    const { id } = await seriesOf(series);
    const books = await Book.query(app.db).where({ seriesId: id });
    const found = books.find((book) => path.basename(book.path).startsWith(file));
    if (!found) throw new Error(`${symbol} is not in the library`);
    return found;
  }

  async function setUp(): Promise<void> {
    const series = await Promise.all(['SERIES-03', 'SERIES-06', 'SERIES-11'].map(seriesOf));
    const books = await Promise.all(['BOOK-06', 'BOOK-27', 'BOOK-58'].map(bookOf));
    ids.set('COLLECTION-01', publicId((await aCollection(app.db, series, { name: 'Check collection' })).id));
    ids.set('READLIST-01', publicId((await aReadList(app.db, books, { name: 'Check read list' })).id));
    const listed = await Promise.all(['BOOK-07', 'BOOK-08'].map(bookOf));
    ids.set('READLIST-02', publicId((await aReadList(app.db, listed, { name: 'The Longer Arc' })).id));
    await aProgress(app.db, await bookOf('BOOK-27'), { userId: app.adminId, page: 2 });
    ids.set('LIBRARY-01', publicId(library.id));
    // what lies behind a link out of the library is Komga's alone
    const known = await Series.query(app.db);
    for (const [symbol, { folder = '' }] of Object.entries(symbols)) {
      const found = symbol.startsWith('SERIES') ? known.find(({ name }) => name.startsWith(folder)) : undefined;
      if (found) ids.set(symbol, publicId(found.id));
    }
    for (const symbol of ['BOOK-16', 'BOOK-27', 'BOOK-53', 'BOOK-96'])
      ids.set(symbol, publicId((await bookOf(symbol)).id));
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-generated-'));
    makeLibrary(folder, ['--real-rars', path.join(directory, 'corpus/open/archives/rar')]);
    await migrateQueue(app.url, silentLog());
    library = await aLibrary(app.db, {
      ...{ name: 'Seed 42', root: path.join(folder, 'library'), oneshotsDirectory: '_oneshots' },
      ...{ scanDirectoryExclusions: ['#recycle', '@eaDir'], importBarcodeIsbn: false, hashFiles: false },
    });
    await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
    await drain(app);
    await setUp();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe("at Komga's addresses", () => {
    const recorded = JSON.parse(readFileSync(path.join(golden, 'index.json'), 'utf8')) as Recorded[];
    const named = recorded.map((one) => [`${one.request.method} ${one.request.path} ${one.status}`, one] as const);
    /** Where the rules win over Komga (opds.md §3.2, §4.10, §2.14). */
    const better: Record<string, number> = {
      'GET /opds/v1.2/books/BOOK-96/pages/7 400': 404,
      'GET /opds/v2/books/BOOK-96/manifest 406': 200,
    };

    test.each(named)('%s is answered', async (name, { request, status }) => {
      const address = request.path.replace(
        /(?:LIBRARY|SERIES|BOOK|COLLECTION|READLIST)-\d+/g,
        (symbol) => ids.get(symbol) ?? '?',
      );
      const headers = { ...request.headers, ...(request.credentials ? { authorization: basic(adminLogin) } : {}) };
      const response = await fetch(`${app.base}${address}`, { method: request.method, headers, redirect: 'manual' });
      await response.arrayBuffer();
      const due = request.headers['range'] === undefined ? status : 206;
      expect([response.status, response.headers.get('location')]).toEqual([better[name] ?? due, null]);
    });

    /** The series or books that a document of Komga links to. */
    const linkedBy = (file: string, kind: 'SERIES' | 'BOOK'): Set<string> =>
      new Set(readFileSync(path.join(golden, file), 'utf8').match(new RegExp(`${kind}-\\d+`, 'g')) ?? []);

    test('lists every series that Komga lists, but for one behind a link', async () => {
      const { text } = await app.admin.get('/opds/v1.2/series?size=100').expect(200);
      const due = new Set([...linkedBy('v1/series-first.xml', 'SERIES'), ...linkedBy('v1/series-last.xml', 'SERIES')]);
      const lost = [...due].filter((symbol) => !text.includes(`/opds/v1.2/series/${ids.get(symbol)}"`));
      // a link that leaves the library: nobody is to read through it
      expect(lost.map((symbol) => symbols[symbol]?.folder)).toEqual(['link-outside']);
      expect(due.size).toBeGreaterThan(20);
    });

    test('finds what Komga finds', async () => {
      const { path: address } = recorded.find(({ request }) => request.path.includes('series?search=%'))?.request ?? {
        path: '',
      };
      const { text } = await app.admin.get(address).expect(200);
      for (const symbol of linkedBy('v1/series-search.xml', 'SERIES')) expect(text).toContain(ids.get(symbol));
    });
  });

  const first: WalkOptions = {
    follow: ({ type }) => !/^application.(opds|opds-progression).json$|^text.html$/.test(type),
    ways: waysOf,
    check: () => [],
    head: ({ kind }) => kind !== 'absent',
  };
  const second: WalkOptions = {
    ...first,
    follow: ({ type }) => !/atom\+xml|progression|text.html/.test(type),
    ways: waysOf2,
  };
  const start = { from: 'the reader', kind: 'document' } as const;
  const walk1 = (login: { email: string; password: string }) =>
    walk(
      {
        ...start,
        url: `${app.base}/opds/v1.2/catalog`,
        type: 'application/atom+xml;profile=opds-catalog;kind=navigation',
      },
      basic(login),
      first,
    );
  const walk2 = (login: { email: string; password: string }) =>
    walk({ ...start, url: `${app.base}/opds/v2/catalog`, type: 'application/opds+json' }, basic(login), second);

  /** Each version says where the same list is in the other. */
  async function twinProblems({ documents }: Walk, { ways, follow }: WalkOptions): Promise<string[]> {
    const others = [...documents.values()]
      .flatMap(ways)
      .filter((way) => !follow(way) && !/progression|text.html/.test(way.type));
    const distinct = [...new Map(others.map((way) => [way.url, way] as const)).values()];
    expect(distinct.length).toBeGreaterThan(10);
    const found: string[] = [];
    for (const way of distinct) found.push(...answerProblems(await ask(way.url, basic(adminLogin)), way));
    return found;
  }

  async function missing({ visited }: Walk, version: string): Promise<string[]> {
    const readable = await Book.query(app.db).where({ mediaStatus: 'READY' }).whereNull('deletedAt');
    expect(readable.length).toBeGreaterThan(70);
    return readable
      .filter(({ id }) => !visited.has(`${app.base}/opds/${version}/books/${publicId(id)}`))
      .map(({ name }) => name);
  }

  test('is walked through in 1.2: links answer as announced, to HEAD too, counts are true, paging ends', async () => {
    const found = await walk1(adminLogin);
    expect(found.problems).toEqual([]);
    expect([...facetProblems(found), ...pagingProblems(found)]).toEqual([]);
    expect(await missing(found, 'v1.2')).toEqual([]);
    expect(await twinProblems(found, first)).toEqual([]);
  });

  test('is walked through in 2.0', async () => {
    const found = await walk2(adminLogin);
    expect(found.problems).toEqual([]);
    expect([...countProblems2(found), ...pagingProblems2(found)]).toEqual([]);
    expect(await missing(found, 'v2')).toEqual([]);
    expect(await twinProblems(found, second)).toEqual([]);
  });

  test('shows a restricted reader no trace of what is hidden, in either version', async () => {
    const hidden = await Series.query(app.db).whereIn('name', ['Electric Lantern', 'Copper Monsoon', 'Real RAR files']);
    await Series.query(app.db)
      .whereIn(
        'id',
        hidden.map(({ id }) => id),
      )
      .patch({ ageRating: 18 });
    const reader = await app.user('young@example.org', { ageRestriction: { age: 18, mode: 'EXCLUDE' } });
    const walks = [await walk1(reader), await walk2(reader)];
    expect(walks.flatMap(({ problems }) => problems)).toEqual([]);
    const secrets = await Book.query(app.db).whereIn(
      'seriesId',
      hidden.map(({ id }) => id),
    );
    const texts = walks
      .flatMap(({ documents }) => [...documents.values()])
      .map((answer: Answer) => `${answer.url} ${answer.body.toString()}`);
    const everything = texts.join('\n');
    expect([...hidden, ...secrets].filter(({ id }) => everything.includes(publicId(id)))).toEqual([]);
    expect(hidden.map(({ title }) => title).filter((title) => everything.includes(title))).toEqual([]);
    expect([hidden.length, secrets.length > 20, texts.length > 200]).toEqual([3, true, true]);
  });
});
