import { publicId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import { Series } from '../../src/model/series';
import { useApp } from '../support/app';
import { aBook, aSeries } from '../support/builders';

const app = useApp();
const unknown = '0DBTWY6S0KNX9';

const seriesPath = (row: { id: string }) => `/api/v1/series/${publicId(row.id)}`;
const bookPath = (row: { id: string }) => `/api/v1/books/${publicId(row.id)}`;
const metadataOf = async (path: string) =>
  ((await app.admin.get(path).expect(200)).body as { metadata: Record<string, unknown> }).metadata;
const patch = (path: string, body: object) => app.admin.patch(`${path}/metadata`).send(body);

describe('a series', () => {
  const full = {
    ...{ name: 'Folder', title: 'Title', summary: 'Summary', publisher: 'Publisher', language: 'en', ageRating: 12 },
    ...{ genres: ['a'], tags: ['b'], sharingLabels: ['c'], totalBookCount: 3 },
    readingDirection: 'LEFT_TO_RIGHT' as const,
  };

  test('takes over what was sent, tidied, and keeps the rest', async () => {
    const series = await aSeries(app.db, full);
    const changes = { title: ' New ', genres: [' Thriller', 'thriller', ''], language: 'JA-jp', status: 'HIATUS' };
    await patch(seriesPath(series), changes).expect(204);
    expect(await metadataOf(seriesPath(series))).toMatchObject({
      ...{ title: 'New', titleSort: 'Title', genres: ['thriller'], language: 'ja-JP', status: 'HIATUS' },
      ...{ summary: 'Summary', tags: ['b'], ageRating: 12, titleLock: false, genresLock: false },
    });
  });

  test('null keeps texts, and clears what may be unset and lists; an empty text clears', async () => {
    const series = await aSeries(app.db, full);
    const nulls = ['status', 'title', 'summary', 'publisher', 'language', 'readingDirection', 'ageRating'];
    const more = ['totalBookCount', 'genres', 'tags', 'sharingLabels', 'links', 'alternateTitles', 'titleLock'];
    await patch(seriesPath(series), Object.fromEntries([...nulls, ...more].map((name) => [name, null]))).expect(204);
    expect(await metadataOf(seriesPath(series))).toMatchObject({
      ...{ status: 'ONGOING', title: 'Title', summary: 'Summary', publisher: 'Publisher', language: 'en' },
      ...{ readingDirection: '', ageRating: null, totalBookCount: null, genres: [], tags: [], sharingLabels: [] },
    });
    await patch(seriesPath(series), { summary: '', publisher: '', language: '' }).expect(204);
    expect(await metadataOf(seriesPath(series))).toMatchObject({ summary: '', publisher: '', language: '' });
  });

  test('locks are set and released only when they are sent', async () => {
    const series = await aSeries(app.db, full);
    await patch(seriesPath(series), { title: 'Locked', titleLock: true, tagsLock: 'true' }).expect(204);
    expect(await metadataOf(seriesPath(series))).toMatchObject({ titleLock: true, tagsLock: true, genresLock: false });
    await patch(seriesPath(series), { title: 'Wins over its own lock', tagsLock: false }).expect(204);
    expect(await metadataOf(seriesPath(series))).toMatchObject({
      title: 'Wins over its own lock',
      titleLock: true,
      tagsLock: false,
    });
  });

  test('is found by its new title, genre, publisher and alternate title', async () => {
    const series = await aSeries(app.db, full);
    const alternateTitles = [{ label: 'ja', title: 'ゴジラ' }];
    await patch(seriesPath(series), { title: 'Gojira', genres: ['Kaiju'], publisher: 'Tōhō', alternateTitles }).expect(
      204,
    );
    for (const query of ['search=gojira', 'search=ゴジラ', 'genre=kaiju', 'publisher=toho']) {
      const response = await app.admin.get(`/api/v1/series?${query}`).expect(200);
      expect((response.body as { content: { id: string }[] }).content.map(({ id }) => id)).toEqual([
        publicId(series.id),
      ]);
    }
  });

  test('remembers which values a person gave, and leaves the time of the files alone', async () => {
    const series = await aSeries(app.db, full);
    await patch(seriesPath(series), { title: 'Mine', summary: 'Summary' }).expect(204);
    const row = await Series.query(app.db).findById(series.id).throwIfNotFound();
    expect(Object.keys(row.provenance)).toEqual(['title']);
    expect(row.provenance['title']).toMatchObject({ source: 'person' });
    expect(row.modifiedAt).toEqual(series.modifiedAt);
    expect(row.metadataModifiedAt.getTime()).toBeGreaterThan(series.metadataModifiedAt.getTime());
  });

  test.each([
    [{ title: ' ' }, 'title'],
    [{ titleSort: '' }, 'titleSort'],
    [{ ageRating: -1 }, 'ageRating'],
    [{ totalBookCount: 0 }, 'totalBookCount'],
    [{ language: 'japanese' }, 'language'],
    [{ language: 'xx' }, 'language'],
    [{ language: 'und' }, 'language'],
    [{ language: 'pt_BR' }, 'language'],
    [{ links: [{ label: 'x', url: 'javascript:alert(1)' }] }, 'links[0].url'],
    [{ links: [{ label: '', url: 'https://example.org' }] }, 'links[0].label'],
    [{ alternateTitles: [{ label: 'x', title: '' }] }, 'alternateTitles[0].title'],
  ])('refuses %j and names the field', async (body, fieldName) => {
    const series = await aSeries(app.db);
    const response = await patch(seriesPath(series), body).expect(400);
    expect(response.body).toMatchObject({ violations: [{ fieldName }] });
  });

  test.each([{ status: 'ended' }, { readingDirection: '' }, { genres: [null] }, { titleLock: 'x' }])(
    'refuses %j as unreadable',
    async (body) => {
      const response = await patch(seriesPath(await aSeries(app.db)), body).expect(400);
      expect(response.body).toMatchObject({ status: 400 });
    },
  );

  test('of edits at the same time none undoes the other', async () => {
    const series = await aSeries(app.db);
    const edits = Array.from({ length: 10 }, (_, number) =>
      patch(seriesPath(series), number % 2 ? { summary: 'S' } : { publisher: 'P' }).expect(204),
    );
    await Promise.all(edits);
    expect(await metadataOf(seriesPath(series))).toMatchObject({ summary: 'S', publisher: 'P' });
  });

  test('that is unknown is 404', async () => {
    await patch(`/api/v1/series/${unknown}`, { title: 'x' }).expect(404);
  });
});

describe('a book', () => {
  test('takes over what was sent; its series shows it at once', async () => {
    const series = await aSeries(app.db);
    const book = await aBook(app.db, { series });
    await aBook(app.db, { series, summary: 'Of the second' });
    await patch(bookPath(book), {
      ...{ title: ' First ', summary: 'Of the first', number: '0.5', numberSort: '0.5', releaseDate: '1994-12-05' },
      ...{ authors: [{ name: ' Naoki ', role: 'Writer' }], tags: ['Germany'], isbn: '978-3-16-148410-0' },
      links: [{ label: 'Site', url: 'https://example.org/' }],
    }).expect(204);
    expect(await metadataOf(bookPath(book))).toMatchObject({
      ...{ title: 'First', number: '0.5', numberSort: 0.5, releaseDate: '1994-12-05', isbn: '9783161484100' },
      ...{ authors: [{ name: 'Naoki', role: 'writer' }], tags: ['germany'] },
    });
    const shown = await app.admin.get(seriesPath(series)).expect(200);
    expect(shown.body).toMatchObject({
      booksMetadata: { releaseDate: '1994-12-05', summary: 'Of the first', summaryNumber: '0.5', tags: ['germany'] },
    });
    const found = await app.admin.get('/api/v1/series?author=naoki,writer&tag=germany').expect(200);
    expect(found.body).toMatchObject({ totalElements: 1 });
  });

  test('null clears the summary too', async () => {
    const tags = ['a'];
    const book = await aBook(app.db, { summary: 'S', isbn: '9783161484100', releaseDate: '2000-01-01', tags });
    const cleared = { summary: null, isbn: null, releaseDate: null, authors: null, tags: null, links: null };
    await patch(bookPath(book), { ...cleared, title: null, number: null, numberSort: null }).expect(204);
    expect(await metadataOf(bookPath(book))).toMatchObject({
      ...{ summary: '', isbn: '', releaseDate: null, authors: [], tags: [], links: [], title: book.title, number: '1' },
    });
  });

  test.each([
    ['', null],
    ['2021-02-03T10:00:00Z', '2021-02-03'],
    [[2021, 2, 3], '2021-02-03'],
  ])('takes the release date %j', async (releaseDate, expected) => {
    const book = await aBook(app.db, { releaseDate: '2000-01-01' });
    await patch(bookPath(book), { releaseDate }).expect(204);
    expect(await metadataOf(bookPath(book))).toMatchObject({ releaseDate: expected });
  });

  test.each(['2020-13-01', '2020', 'soon', 5])(
    'a release date %j is none, which is said in words',
    async (releaseDate) => {
      const response = await patch(bookPath(await aBook(app.db)), { releaseDate }).expect(400);
      expect(response.body).toMatchObject({ status: 400, message: expect.stringContaining('releaseDate') as string });
    },
  );

  test.each([
    [{ title: '' }, 'title'],
    [{ isbn: '3161484100' }, 'isbn'],
    [{ numberSort: 1e40 }, 'numberSort'],
    [{ authors: [{ name: '', role: 'writer' }] }, 'authors[0].name'],
    [{ links: [{ label: 'x', url: '' }] }, 'links[0].url'],
    [{ authors: [{ name: 'x' }] }, 'authors[0].role'],
  ])('refuses %j and names the field', async (body, fieldName) => {
    const response = await patch(bookPath(await aBook(app.db)), body).expect(400);
    expect(response.body).toMatchObject({ violations: [{ fieldName }] });
  });

  test('many are edited together, all or none; unknown ids are passed over', async () => {
    const [one, two] = [await aBook(app.db), await aBook(app.db)];
    const send = (changes: object) => app.admin.patch('/api/v1/books/metadata').send(changes);
    await send({
      [publicId(one.id)]: { title: 'One' },
      [publicId(two.id)]: { tags: ['x'] },
      [unknown]: {},
      'no id': {},
    }).expect(204);
    expect(await metadataOf(bookPath(one))).toMatchObject({ title: 'One' });
    expect(await metadataOf(bookPath(two))).toMatchObject({ tags: ['x'] });
    const refused = await send({ [publicId(one.id)]: { title: 'Not written' }, [publicId(two.id)]: { title: '' } });
    // as Komga does it here: no `violations`, but which book and what of it
    expect([refused.status, (refused.body as { message: string }).message]).toEqual([
      400,
      `${publicId(two.id)}.title: must not be blank`,
    ]);
    await send({ [publicId(one.id)]: { title: 'Not written' }, [publicId(two.id)]: { isbn: '1' } }).expect(400);
    await send({ [publicId(one.id)]: null }).expect(400);
    expect(await metadataOf(bookPath(one))).toMatchObject({ title: 'One' });
  });

  test('keeps the number that a person gave it against renumbering', async () => {
    const book = await aBook(app.db);
    await patch(bookPath(book), { numberSort: 7 }).expect(204);
    const row = await Book.query(app.db).findById(book.id).throwIfNotFound();
    expect(row.provenance).toMatchObject({ numberSort: { source: 'person' } });
  });

  test('that is unknown is 404, and for users it is 403', async () => {
    await patch(`/api/v1/books/${unknown}`, { title: 'x' }).expect(404);
    const user = await app.user('user@example.org');
    await app
      .as(user)
      .patch(`${bookPath(await aBook(app.db))}/metadata`)
      .send({ title: 'x' })
      .expect(403);
    await app.as(user).patch('/api/v1/books/metadata').send({}).expect(403);
  });
});
