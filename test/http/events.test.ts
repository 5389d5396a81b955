import { silentLog } from '../../src/base/log';
import { newId, publicId } from '../../src/base/public-id';
import { createEventHub, type EventHub } from '../../src/http/event-hub';
import { createCollection, deleteCollection } from '../../src/library/collections';
import { createReadList } from '../../src/library/read-lists';
import { changePassword, updateUser } from '../../src/library/users';
import type { Book } from '../../src/model/book';
import type { Series } from '../../src/model/series';
import { emit, type ServerEvent } from '../../src/queue/events';
import { listenToEvents, type EventListening } from '../../src/queue/listen';
import { createQueue, migrateQueue } from '../../src/queue/queue';
import { adminLogin, useApp } from '../support/app';
import { aBook, aLibrary, aSeries } from '../support/builders';
import { basic } from '../support/crawler';
import { openEvents, type EventStream } from '../support/event-stream';

type Login = { email: string; password: string };

let hub: EventHub;
let listening: EventListening;
const open: EventStream[] = [];

const app = useApp(async ({ db, url }) => {
  hub = createEventHub({ db, log: silentLog(), connections: 3, gather: 20, queueEvery: 100, beatEvery: 50 });
  listening = await listenToEvents(url, silentLog(), (event) => hub.publish(event));
  return { events: hub };
});

let series: Series;
let book: Book;
let secret: Book;
let grownUp: Book;
let all: Login & { id: string };
let limited: Login;
let young: Login;

beforeAll(async () => {
  const { db } = app;
  await migrateQueue(app.url, silentLog());
  const library = await aLibrary(db);
  series = await aSeries(db, { library });
  book = await aBook(db, { series });
  secret = await aBook(db);
  grownUp = await aBook(db, { series: await aSeries(db, { library, ageRating: 18 }) });
  all = await app.user('all@example.org');
  limited = await app.user('limited@example.org', { sharedLibraries: { all: false, libraryIds: [library.id] } });
  young = await app.user('young@example.org', { ageRestriction: { age: 16, mode: 'EXCLUDE' } });
});
afterEach(() => open.splice(0).forEach((stream) => stream.close()));
afterAll(async () => {
  hub.close();
  await listening.close();
});

async function watch(login: Login): Promise<EventStream> {
  const stream = await openEvents(app.base, { authorization: basic(login) });
  open.push(stream);
  return stream;
}

/** An event that everybody hears, and how to find it again. */
function mark(): { event: ServerEvent; is: (data: Record<string, unknown>) => boolean } {
  const readListId = newId();
  const id = publicId(readListId);
  return { event: { type: 'ReadListDeleted', readListId, bookIds: [] }, is: (data) => data['readListId'] === id };
}

/**
 * Tells events between two that everybody hears: what was not heard between them is not told, and what
 * the preparations of a test told, which may arrive late, lies before the first.
 */
async function told(stream: EventStream, ...events: ServerEvent[]): Promise<[string, Record<string, unknown>][]> {
  const [first, last] = [mark(), mark()];
  await emit(app.db, first.event);
  await emit(app.db, ...events, last.event);
  await stream.hears('ReadListDeleted', 2);
  const heard = stream.events().filter(({ type }) => type !== 'TaskQueueStatus');
  const start = heard.findIndex(({ data }) => first.is(data));
  const end = heard.findIndex(({ data }) => last.is(data));
  return heard.slice(start + 1, end).map(({ type, data }) => [type, data]);
}

const about = ({ id, seriesId, libraryId }: Book) => ({ bookId: id, seriesId, libraryId });
const shown = ({ id, seriesId, libraryId }: Book) => ({
  ...{ bookId: publicId(id), seriesId: publicId(seriesId), libraryId: publicId(libraryId) },
});

test('headers come at once, say what this is, and nothing between may keep or pack it', async () => {
  const stream = await watch(all);
  expect(stream.status).toBe(200);
  expect(Object.fromEntries(stream.headers)).toMatchObject({
    ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
  expect(stream.headers.get('content-encoding')).toBeNull();
});

test('a comment beats while nothing happens', async () => {
  const stream = await watch(all);
  await app.admin.get('/api/v1/libraries');
  while (stream.text().split(':heartbeat\n\n').length < 4) await app.admin.get('/api/v1/claim');
  expect(stream.events()).toEqual([]);
});

test('nobody hears anything without login', async () => {
  expect((await openEvents(app.base, {})).status).toBe(401);
});

test('events carry public ids and all their members', async () => {
  const stream = await watch({ ...adminLogin });
  const importing: ServerEvent = {
    ...{ type: 'BookImported', bookId: null, sourceFile: '/a.cbz', success: false, message: null },
  };
  const poster: ServerEvent = { type: 'ThumbnailSeriesAdded', seriesId: series.id, selected: true };
  expect(await told(stream, { type: 'BookAdded', ...about(book) }, poster, importing)).toEqual([
    ['BookAdded', shown(book)],
    ['ThumbnailSeriesAdded', { seriesId: publicId(series.id), selected: true }],
    ['BookImported', { bookId: null, sourceFile: '/a.cbz', success: false, message: null }],
  ]);
});

describe('what is hidden from a viewer is not told to them', () => {
  const everything = (): ServerEvent[] => [
    ...[book, secret, grownUp].flatMap((one): ServerEvent[] => [
      { type: 'LibraryChanged', libraryId: one.libraryId },
      { type: 'SeriesChanged', seriesId: one.seriesId, libraryId: one.libraryId },
      { type: 'BookChanged', ...about(one) },
      { type: 'ThumbnailBookAdded', bookId: one.id, seriesId: one.seriesId, selected: false },
      { type: 'ThumbnailSeriesAdded', seriesId: one.seriesId, selected: false },
    ]),
    { type: 'BookImported', bookId: null, sourceFile: '/secret', success: true, message: null },
  ];
  const ids = (heard: [string, Record<string, unknown>][]) => JSON.stringify(heard);

  test.each([
    ['another library', () => limited, () => [secret.id, secret.seriesId, secret.libraryId]],
    ['age', () => young, () => [grownUp.id, grownUp.seriesId]],
  ])('by %s', async (_, login, hidden) => {
    const heard = ids(await told(await watch(login()), ...everything()));
    for (const id of hidden()) expect(heard).not.toContain(publicId(id));
    expect(heard).toContain(publicId(book.id));
    expect(heard).not.toContain('/secret');
  });

  test('of lists the members that may be seen are told, and lists without such not at all', async () => {
    const stream = await watch(limited);
    const seriesIds = [secret.seriesId, series.id];
    const heard = await told(
      stream,
      { type: 'CollectionChanged', collectionId: newId(), seriesIds },
      { type: 'ReadListAdded', readListId: newId(), bookIds: [secret.id] },
    );
    expect(heard).toEqual([
      ['CollectionChanged', expect.objectContaining({ seriesIds: [publicId(series.id)] }) as unknown],
    ]);
  });

  test('posters of lists are told to those who see the list', async () => {
    const hidden = await createReadList(app.db, { name: 'h', summary: '', ordered: true, bookIds: [secret.id] });
    const seen = await createReadList(app.db, { name: 's', summary: '', ordered: true, bookIds: [book.id] });
    const stream = await watch(limited);
    const posters = [hidden, seen].map((readListId): ServerEvent => {
      return { type: 'ThumbnailReadListAdded', readListId, selected: true };
    });
    expect(await told(stream, ...posters)).toEqual([
      ['ThumbnailReadListAdded', { readListId: publicId(seen), selected: true }],
    ]);
  });
});

test('progress is told to its user alone', async () => {
  const stream = await watch(all);
  const heard = await told(
    stream,
    { type: 'ReadProgressChanged', bookId: book.id, userId: app.adminId },
    { type: 'ReadProgressChanged', bookId: secret.id, userId: all.id },
  );
  expect(heard).toEqual([['ReadProgressChanged', { bookId: publicId(secret.id), userId: publicId(all.id) }]]);
});

test('a list of hundreds of members, more than one notification holds, is told whole', async () => {
  const stream = await watch(all);
  const members = await Promise.all(Array.from({ length: 300 }, () => aSeries(app.db, { libraryId: book.libraryId })));
  const seriesIds = members.map(({ id }) => id);
  const id = await createCollection(app.db, { name: 'long', ordered: false, seriesIds });
  const [added] = await stream.hears('CollectionAdded');
  expect(added?.['seriesIds']).toHaveLength(300);
  await deleteCollection(app.db, id);
  const [deleted] = await stream.hears('CollectionDeleted');
  expect(deleted?.['seriesIds']).toHaveLength(300);
});

test('what a scan says a thousand times is told a hundred times a series, and the same only once', async () => {
  const stream = await watch(all);
  const added = Array.from({ length: 1000 }, (): ServerEvent => ({
    type: 'BookAdded',
    ...about(book),
    bookId: newId(),
  }));
  const changed: ServerEvent = { type: 'SeriesChanged', seriesId: series.id, libraryId: series.libraryId };
  await emit(app.db, changed);
  const heard = await told(stream, ...added, changed);
  expect(heard.filter(([type]) => type === 'SeriesChanged').length).toBeLessThanOrEqual(2);
  const books = heard.filter(([type]) => type === 'BookAdded').length;
  expect(books).toBeGreaterThanOrEqual(100);
  expect(books).toBeLessThan(1000);
});

test('administrators hear what waits in the queue, also when it is nothing, under Komga’s names', async () => {
  const [admin, user] = [await watch({ ...adminLogin }), await watch(all)];
  expect(await admin.hears('TaskQueueStatus')).toContainEqual({ count: 0, countByType: {} });
  const queue = createQueue(app.db);
  await queue.submit('generatePoster', { bookId: book.id });
  await queue.submit('hashBook', { bookId: book.id });
  const expected = { count: 2, countByType: { GenerateBookThumbnail: 1, HashBook: 1 } };
  for (let tries = 2; tries < 50; tries++) {
    if ((await admin.hears('TaskQueueStatus', tries)).at(-1)?.['count'] === 2) break;
  }
  expect((await admin.hears('TaskQueueStatus')).at(-1)).toEqual(expected);
  expect(user.events()).toEqual([]);
});

describe('a stream ends', () => {
  test('when the user’s rights change, and says so', async () => {
    const victim = await app.user('victim@example.org');
    const [stream, other] = [await watch(victim), await watch(all)];
    await updateUser(app.db, app.adminId, victim.id, { roles: [] });
    await stream.ended;
    expect(stream.events()).toContainEqual({ type: 'SessionExpired', data: { userId: publicId(victim.id) } });
    expect(await told(other)).toEqual([]);
  });

  test('when the user changes the password', async () => {
    const careful = await app.user('careful@example.org');
    const stream = await watch(careful);
    await changePassword(app.db, careful.id, careful.id, 'another password of no use');
    await stream.ended;
  });

  test('with its session', async () => {
    const login = await app.as(all).get('/api/v2/users/me').set('X-Auth-Token', '');
    const token = login.headers['x-auth-token'] ?? '';
    const stream = await openEvents(app.base, { 'x-auth-token': token });
    await app.anonymous.post('/api/logout').set('X-Auth-Token', token).expect(204);
    await stream.ended;
  });
});

test('one user opens three streams at most, others theirs; one that was closed makes room', async () => {
  const busy = await app.user('busy@example.org');
  const streams = await Promise.all([watch(busy), watch(busy), watch(busy)]);
  expect((await watch(busy)).status).toBe(429);
  expect((await watch(all)).status).toBe(200);
  streams[0]?.close();
  let again = await watch(busy);
  while (again.status === 429) again = await watch(busy);
  expect(again.status).toBe(200);
});

test('all end when events were missed, and begin again', async () => {
  const stream = await watch(all);
  hub.restart();
  await stream.ended;
  expect((await watch(all)).status).toBe(200);
});

test('all end when the server stops, and none begins', async () => {
  const stream = await watch(all);
  hub.close();
  await stream.ended;
  expect((await watch(all)).status).toBe(429);
});
