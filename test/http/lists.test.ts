import { publicId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import type { Series } from '../../src/model/series';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aReadList, aSeries } from '../support/builders';

/** Collections of series and read lists of books. */
const app = useApp();
const unknown = '0DBTWY6S0KNX9';
let library: Library;
let seen: Series[];
let secret: Series;
let books: Book[];
let secretBook: Book;
let reader: { id: string; email: string; password: string };

beforeAll(async () => {
  const { db } = app;
  library = await aLibrary(db, { name: 'Shared' });
  seen = [await aSeries(db, { library, name: 'B' }), await aSeries(db, { library, name: 'A', status: 'ENDED' })];
  books = [];
  for (const date of ['2001-01-01', '2000-01-01', null]) {
    books.push(await aBook(db, { series: seen[0] as Series, title: `Of ${date}`, releaseDate: date, tags: ['x'] }));
  }
  secret = await aSeries(db, { library: await aLibrary(db, { name: 'Secret' }), name: 'Secret' });
  secretBook = await aBook(db, { series: secret, title: 'Secret' });
  reader = await app.user('reader@example.org', { sharedLibraries: { all: false, libraryIds: [library.id] } });
});

afterEach(() => app.db.raw('delete from collection; delete from read_list'));

const ids = (rows: { id: string }[]) => rows.map(({ id }) => publicId(id));
const collections = '/api/v1/collections';
const readLists = '/api/v1/readlists';
const names = (response: { body: unknown }) =>
  (response.body as { content: { name: string }[] }).content.map(({ name }) => name);
const titles = (response: { body: unknown }) =>
  (response.body as { content: { metadata: { title: string } }[] }).content.map(({ metadata }) => metadata.title);

describe('a collection', () => {
  test('shows its series in their order, whether or not it is an ordered one', async () => {
    const ordered = await aCollection(app.db, seen, { name: 'Ordered', ordered: true });
    const loose = await aCollection(app.db, seen, { name: 'Loose', ordered: false });
    const response = await app.admin.get(`${collections}/${publicId(loose.id)}`).expect(200);
    expect(response.body).toMatchObject({ name: 'Loose', ordered: false, seriesIds: ids(seen), filtered: false });
    expect(names(await app.admin.get(`${collections}/${publicId(ordered.id)}/series`).expect(200))).toEqual(['B', 'A']);
    expect(names(await app.admin.get(`${collections}/${publicId(loose.id)}/series`).expect(200))).toEqual(['A', 'B']);
    const filtered = `${collections}/${publicId(ordered.id)}/series?status=ENDED&sort=name&authors=x`;
    expect(names(await app.admin.get(filtered).expect(200))).toEqual(['A']);
  });

  test('without anything that the viewer may see does not exist', async () => {
    const { id } = await aCollection(app.db, [secret]);
    await app
      .as(reader)
      .get(`${collections}/${publicId(id)}`)
      .expect(404);
    await app
      .as(reader)
      .get(`${collections}/${publicId(id)}/series`)
      .expect(404);
    expect(names(await app.as(reader).get(collections).expect(200))).toEqual([]);
    await app.admin.get(`${collections}/${publicId(id)}`).expect(200);
    await app.admin.get(`${collections}/${unknown}`).expect(404);
  });

  test('is listed by name, by library, and by words of its name', async () => {
    await aCollection(app.db, seen, { name: 'urasawa' });
    await aCollection(app.db, [secret], { name: 'Tezuka' });
    expect(names(await app.admin.get(`${collections}?sort=name,desc`).expect(200))).toEqual(['Tezuka', 'urasawa']);
    expect(names(await app.admin.get(`${collections}?library_id=${publicId(library.id)}`))).toEqual(['urasawa']);
    expect(names(await app.admin.get(`${collections}?search=tezu&unpaged=true`))).toEqual(['Tezuka']);
  });

  test('is made, found at once, changed and deleted', async () => {
    const body = { name: 'Made', ordered: false, seriesIds: ids(seen) };
    const made = await app.admin.post(collections).send(body).expect(200);
    expect(made.body).toMatchObject({ ...body, filtered: false });
    const path = `${collections}/${(made.body as { id: string }).id}`;
    expect(names(await app.admin.get(`${collections}?search=made`))).toEqual(['Made']);
    await app.admin.patch(path).send({ name: 'MADE', ordered: null }).expect(204);
    await app.admin
      .patch(path)
      .send({ seriesIds: ids(seen).reverse(), ordered: true })
      .expect(204);
    expect((await app.admin.get(path)).body).toMatchObject({
      name: 'MADE',
      ordered: true,
      seriesIds: ids(seen).reverse(),
    });
    await app.admin.delete(path).expect(204);
    await app.admin.delete(path).expect(404);
    await app.admin.patch(path).send({ name: 'x' }).expect(404);
  });

  test('has a name of its own, also when several are made at the same moment', async () => {
    const body = (name: string) => ({ name, ordered: false, seriesIds: ids(seen) });
    const answers = await Promise.all([1, 2, 3, 4].map(() => app.admin.post(collections).send(body('Same'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    const taken = await app.admin.post(collections).send(body('SAME')).expect(400);
    expect(taken.body).toMatchObject({ message: 'Collection name already exists' });
    const other = await app.admin.post(collections).send(body('Other')).expect(200);
    const path = `${collections}/${(other.body as { id: string }).id}`;
    expect((await app.admin.patch(path).send({ name: 'same' }).expect(400)).body).toMatchObject({
      message: 'Collection name already exists',
    });
  });

  test('has series that exist, each once, and at least one', async () => {
    const post = (body: object) => app.admin.post(collections).send({ name: 'X', ordered: false, ...body });
    expect((await post({ seriesIds: [] }).expect(400)).body).toMatchObject({
      violations: [{ fieldName: 'seriesIds' }],
    });
    const twice = [...ids(seen), ...ids(seen)];
    expect((await post({ seriesIds: twice }).expect(400)).body).toMatchObject({
      violations: [{ fieldName: 'seriesIds' }],
    });
    expect((await post({ seriesIds: ids(seen), name: ' ' }).expect(400)).body).toMatchObject({
      violations: [{ fieldName: 'name' }],
    });
    await post({ seriesIds: [unknown] }).expect(400);
    await post({}).expect(400);
    expect(names(await app.admin.get(collections))).toEqual([]);
  });

  test('is made by administrators', async () => {
    const { id } = await aCollection(app.db, seen);
    const path = `${collections}/${publicId(id)}`;
    await app
      .as(reader)
      .post(collections)
      .send({ name: 'X', ordered: false, seriesIds: ids(seen) })
      .expect(403);
    await app.as(reader).patch(path).send({ name: 'X' }).expect(403);
    await app.as(reader).delete(path).expect(403);
  });
});

describe('a read list', () => {
  test('shows its books in their order, or by date of release with unknown dates first', async () => {
    const ordered = await aReadList(app.db, books, { ordered: true });
    const loose = await aReadList(app.db, books, { ordered: false });
    const ask = async (id: string, query = '') =>
      titles(await app.admin.get(`${readLists}/${publicId(id)}/books${query}`));
    expect(await ask(ordered.id)).toEqual(['Of 2001-01-01', 'Of 2000-01-01', 'Of null']);
    expect(await ask(loose.id)).toEqual(['Of null', 'Of 2000-01-01', 'Of 2001-01-01']);
    expect(await ask(ordered.id, '?tag=y')).toEqual([]);
    expect(await ask(ordered.id, `?library_id=${unknown}`)).toEqual([]);
  });

  test('has neighbours among the books that the viewer sees', async () => {
    const [first, second, third] = books as [Book, Book, Book];
    const { id } = await aReadList(app.db, [first, secretBook, second, third], { ordered: true });
    const at = (book: Book, where: string) => `${readLists}/${publicId(id)}/books/${publicId(book.id)}/${where}`;
    expect((await app.as(reader).get(at(first, 'next')).expect(200)).body).toMatchObject({ id: publicId(second.id) });
    expect((await app.admin.get(at(first, 'next')).expect(200)).body).toMatchObject({ id: publicId(secretBook.id) });
    expect((await app.as(reader).get(at(second, 'previous')).expect(200)).body).toMatchObject({
      id: publicId(first.id),
    });
    await app.as(reader).get(at(first, 'previous')).expect(404);
    await app.as(reader).get(at(third, 'next')).expect(404);
    await app.as(reader).get(at(secretBook, 'next')).expect(403);
    const elsewhere = await aBook(app.db, { series: seen[1] as Series });
    await app.admin.get(at(elsewhere, 'next')).expect(404);
  });

  test('without order has its books of one date in the order of the list, for neighbours too', async () => {
    const undated: Book[] = [];
    for (const title of ['Z', 'Y', 'X']) {
      undated.push(await aBook(app.db, { series: seen[0] as Series, title, releaseDate: null }));
    }
    const { id } = await aReadList(app.db, [...undated].reverse(), { ordered: false });
    const path = `${readLists}/${publicId(id)}/books`;
    expect(titles(await app.admin.get(path).expect(200))).toEqual(['X', 'Y', 'Z']);
    const neighbour = async (where: string) =>
      (await app.admin.get(`${path}/${publicId((undated[1] as Book).id)}/${where}`).expect(200)).body as object;
    expect(await neighbour('previous')).toMatchObject({ metadata: { title: 'X' } });
    expect(await neighbour('next')).toMatchObject({ metadata: { title: 'Z' } });
  });

  test('hides what the viewer may not see, from counts too', async () => {
    const { id } = await aReadList(app.db, [secretBook, ...books]);
    const path = `${readLists}/${publicId(id)}`;
    expect((await app.as(reader).get(path).expect(200)).body).toMatchObject({ bookIds: ids(books), filtered: true });
    const tracker = await app.as(reader).get(`${path}/read-progress/tachiyomi`).expect(200);
    expect(tracker.body).toMatchObject({ booksCount: 3, booksUnreadCount: 3, lastReadContinuousIndex: 0 });
    await app.as(reader).put(`${path}/read-progress/tachiyomi`).send({ lastBookRead: 2 }).expect(204);
    expect((await app.as(reader).get(`/api/v1/books/${publicId(books[1]?.id ?? '')}`)).body).toMatchObject({
      readProgress: { completed: true },
    });
    expect((await app.as(reader).get(`/api/v1/books/${publicId(books[2]?.id ?? '')}`)).body).toMatchObject({
      readProgress: null,
    });
    const negative = await app.as(reader).put(`${path}/read-progress/tachiyomi`).send({ lastBookRead: -1 }).expect(400);
    expect(negative.body).toMatchObject({ violations: [{ fieldName: 'lastBookRead' }] });
    const alone = await aReadList(app.db, [secretBook]);
    await app
      .as(reader)
      .get(`${readLists}/${publicId(alone.id)}/read-progress/tachiyomi`)
      .expect(404);
  });

  test('is sorted as asked', async () => {
    await aReadList(app.db, books, { name: 'a', createdAt: new Date('2024-01-02T00:00:00Z') });
    await aReadList(app.db, books, { name: 'b', createdAt: new Date('2024-01-01T00:00:00Z') });
    expect(names(await app.admin.get(readLists).expect(200))).toEqual(['a', 'b']);
    expect(names(await app.admin.get(`${readLists}?sort=createdDate`).expect(200))).toEqual(['b', 'a']);
  });

  test('is made with defaults, changed and deleted', async () => {
    const made = await app.admin
      .post(readLists)
      .send({ name: 'Made', bookIds: ids(books) })
      .expect(200);
    expect(made.body).toMatchObject({ summary: '', ordered: true, bookIds: ids(books) });
    const path = `${readLists}/${(made.body as { id: string }).id}`;
    await app.admin.patch(path).send({ summary: 'About' }).expect(204);
    await app.admin
      .patch(path)
      .send({ summary: null, bookIds: ids(books).slice(1) })
      .expect(204);
    expect((await app.admin.get(path)).body).toMatchObject({ summary: 'About', bookIds: ids(books).slice(1) });
    const taken = await app.admin
      .post(readLists)
      .send({ name: 'made', bookIds: ids(books) })
      .expect(400);
    expect(taken.body).toMatchObject({ message: 'Read list name already exists' });
    await app.admin.delete(path).expect(204);
    await app.admin.get(path).expect(404);
  });
});

describe('what komga-client sends otherwise than it means (clients.md, measured 6, 10)', () => {
  const titlesOf = async (path: string) => titles(await app.admin.get(path).expect(200));

  test('filters joined by comma and space are alternatives; one that nobody knows filters nothing', async () => {
    const collection = await aCollection(app.db, seen, { name: 'Both', ordered: true });
    const path = `${collections}/${publicId(collection.id)}/series`;
    expect(await titlesOf(`${path}?status=ONGOING%2C%20ENDED&authors=a%2Cwriter%2C%20b%2Cwriter`)).toEqual(['B', 'A']);
    expect(await titlesOf(`${path}?status=ENDED%2C+HIATUS`)).toEqual(['A']);
  });

  test('two orders in one value are an order by nothing that is known, and no error', async () => {
    const response = await app.admin.get('/api/v1/series?sort=booksCount%2Cdescmetadata.titleSort%2Casc').expect(200);
    expect(names(response).sort()).toEqual(['A', 'B', 'Secret']);
  });
});
