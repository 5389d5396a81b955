import { createHash } from 'node:crypto';
import { publicId } from '../../src/base/public-id';
import { createApiKey } from '../../src/library/api-keys';
import type { Book } from '../../src/model/book';
import type { UserAccount } from '../../src/model/user-account';
import { useApp } from '../support/app';
import { aBook, aLibrary, aSeries } from '../support/builders';

const app = useApp();
const type = 'application/vnd.koreader.v1+json';
const hashOf = (name: string) => createHash('md5').update(name).digest('hex');

async function keyOf(email: string, roles: UserAccount['roles'], libraryIds?: string[]): Promise<string> {
  const sharedLibraries = { all: libraryIds === undefined, libraryIds: libraryIds ?? [] };
  const { id } = await app.user(email, { roles, sharedLibraries });
  return (await createApiKey(app.db, id, 'reader')).key;
}

const put = (key: string, body: object) =>
  app.anonymous.put('/koreader/syncs/progress').set('X-Auth-User', key).send(body);
const get = (key: string, hash: string) =>
  app.anonymous.get(`/koreader/syncs/progress/${hash}`).set('X-Auth-User', key).set('Accept', type);
const place = (name: string, progress: string, percentage = 0.5) => ({
  ...{ document: hashOf(name), progress, percentage, device: 'Kindle', device_id: 'D1', metadata: { title: 'x' } },
});

let key: string;
let open: Awaited<ReturnType<typeof aLibrary>>;

beforeAll(async () => {
  open = await aLibrary(app.db);
  key = await keyOf('reader@example.org', ['KOREADER_SYNC'], [open.id]);
});

async function comic(name: string, fields: Partial<Book> = {}): Promise<Book> {
  const series = await aSeries(app.db, { library: open });
  return aBook(app.db, { series, name, pageCount: 10, fileHashKoreader: hashOf(name), ...fields });
}

test('a key of a user with the role is let in, others are told 401 or 403', async () => {
  const ask = (value?: string) => {
    const request = app.anonymous.get('/koreader/users/auth').set('Accept', type);
    return value === undefined ? request : request.set('X-Auth-User', value);
  };
  const answer = await ask(key).expect(200);
  expect(answer.headers['content-type']).toBe(type);
  expect(JSON.parse(answer.text)).toEqual({ authorized: 'OK' });
  await ask(await keyOf('noone@example.org', ['PAGE_STREAMING'])).expect(403);
  await ask('wrong').expect(401);
  const refused = await ask().expect(401);
  expect(refused.headers['content-type']).toBe(type);
  await app.admin.get('/koreader/users/auth').expect(401);
});

test('users are not made this way', async () => {
  const response = await app.anonymous.post('/koreader/users/create').set('X-Auth-User', key).send({}).expect(403);
  expect(response.body).toMatchObject({ message: 'User creation is disabled' });
});

test('a page is kept and given back with the part of the book that it is', async () => {
  const book = await comic('Lamp 1');
  expect(JSON.parse((await get(key, hashOf('Lamp 1')).expect(200)).text)).toEqual({});
  const kept = await put(key, place('Lamp 1', '4')).expect(200);
  expect(kept.text).toBe('');
  expect(JSON.parse((await get(key, hashOf('Lamp 1')).expect(200)).text)).toEqual({
    ...{ document: hashOf('Lamp 1'), percentage: 0.4, progress: '4', device: 'Kindle', device_id: 'D1' },
  });
  await put(key, place('Lamp 1', '10', 1)).expect(200);
  expect(await app.db('readProgress').where({ bookId: book.id }).first('page', 'completed')).toEqual({
    ...{ page: 10, completed: true },
  });
});

test('a place in flowing text is kept as KOReader names it', async () => {
  const book = await comic('Novel', { mediaProfile: 'EPUB', mediaType: 'application/epub+zip', pageCount: 200 });
  const xpointer = '/body/DocFragment[7]/body/p[3]/text().0';
  await put(key, place('Novel', xpointer, 0.25)).expect(200);
  expect(JSON.parse((await get(key, hashOf('Novel'))).text)).toMatchObject({ progress: xpointer, percentage: 0.25 });
  expect(await app.db('readProgress').where({ bookId: book.id }).first('page')).toEqual({ page: 50 });
  await put(key, place('Novel', '12')).expect(400);
});

test('unknown documents are 404, those of two books 409, unusable places 400', async () => {
  await comic('Twice');
  await comic('Twice');
  await comic('Lamp 2');
  await get(key, hashOf('nothing')).expect(404);
  await get(key, hashOf('Twice')).expect(409);
  await put(key, place('nothing', '1')).expect(404);
  await put(key, place('Twice', '1')).expect(409);
  for (const progress of ['0', '11', 'x']) await put(key, place('Lamp 2', progress)).expect(400);
  await put(key, {}).expect(400);
});

test('a book that is hidden from the reader, or in the trash, is not found', async () => {
  const hidden = await aBook(app.db, { name: 'Hidden', fileHashKoreader: hashOf('Hidden') });
  await comic('Gone', { deletedAt: new Date() });
  await get(key, hashOf('Hidden')).expect(404);
  await put(key, place('Hidden', '1')).expect(404);
  await get(key, hashOf('Gone')).expect(404);
  expect(await app.db('readProgress').where({ bookId: hidden.id })).toEqual([]);
});

test('what KOReader sends last counts, even where another clock was ahead', async () => {
  const book = await comic('Lamp 3');
  await put(key, place('Lamp 3', '2')).expect(200);
  await app
    .db('readProgress')
    .where({ bookId: book.id })
    .update({ readAt: new Date(Date.now() + 30_000) });
  await put(key, place('Lamp 3', '5')).expect(200);
  expect(JSON.parse((await get(key, hashOf('Lamp 3'))).text)).toMatchObject({ progress: '5' });
});

describe('an EPUB of three documents', () => {
  const spine = [2, 4, 2].map((positions, index) => ({
    ...{ name: `text/${index + 1}.xhtml`, mediaType: 'application/xhtml+xml', positions },
  }));

  async function novel(name: string): Promise<Book> {
    const book = await comic(name, { mediaProfile: 'EPUB', mediaType: 'application/epub+zip', pageCount: 8 });
    const extension = JSON.stringify({ ...{ spine, toc: [], landmarks: [], pageList: [] }, kepub: false });
    await app.db('bookMedia').insert({
      ...{ bookId: book.id, container: 'epub', pages: '[]', files: '[]', extension },
      ...{ fileSize: 1, fileModifiedAt: new Date() },
    });
    return book;
  }

  const readium = (book: Book) => `/api/v1/books/${publicId(book.id)}/progression`;
  const places = async (book: Book) =>
    (await app.anonymous.get(readium(book)).set('X-API-Key', key).expect(200)).body as unknown;

  test('the place of KOReader is one for other readers too: the document, and the nearest place in it', async () => {
    const book = await novel('Tower 1');
    const xpointer = '/body/DocFragment[2]/body/p[3]/text().0';
    await put(key, place('Tower 1', xpointer, 0.61)).expect(200);
    expect(await places(book)).toMatchObject({
      locator: { href: 'text/2.xhtml', locations: { progression: 0.5, totalProgression: 0.625 } },
    });
    expect(JSON.parse((await get(key, hashOf('Tower 1'))).text)).toMatchObject({
      progress: xpointer,
      percentage: 0.61,
    });
    await put(key, place('Tower 1', '#_doc_fragment_2_ anchor', 0.9)).expect(200);
    expect(await places(book)).toMatchObject({ locator: { href: 'text/3.xhtml' } });
  });

  test('the place of another reader is the beginning of its document for KOReader', async () => {
    const book = await novel('Tower 2');
    const locator = { href: 'text/3.xhtml', type: 'application/xhtml+xml', locations: { progression: 0.5 } };
    const sent = { modified: new Date().toISOString(), device: { id: 'W', name: 'Web' }, locator };
    await app.anonymous.put(readium(book)).set('X-API-Key', key).send(sent).expect(204);
    expect(JSON.parse((await get(key, hashOf('Tower 2'))).text)).toMatchObject({
      ...{ progress: '/body/DocFragment[3].0', percentage: 1, device: 'Web' },
    });
  });
});
