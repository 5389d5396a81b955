import type { Response } from 'supertest';
import { publicId } from '../../src/base/public-id';
import type { Route } from '../../src/http/route';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aReadList, aSeries } from '../support/builders';
import { filled, routeTable, segmentsOf } from '../support/routes';

/**
 * Every route of the table, as everybody who should get nothing: a new route is tested by being there. What nobody may see
 * has the word in all its texts.
 */
const app = useApp();
const secretWord = 'Classified';
const unknown = '0DBTWY6S0KNX9';
const routes = routeTable();

type Login = { email: string; password: string };

/** Ids of what is hidden, by the segment of a path that stands before an id. */
const hidden: Record<string, string> = {};
/** What may stand in the other places of a path. */
const others: Record<string, string> = {
  pages: '1',
  resource: 'x',
  file: 'x.cbz',
  thumbnails: unknown,
  'api-keys': unknown,
  operations: unknown,
  'page-hashes': unknown,
  unknown,
  progress: unknown,
  'transient-books': unknown,
  metrics: 'komga.books',
  preview: unknown,
  reject: unknown,
  enrichments: unknown,
  runs: unknown,
  covers: unknown,
  'failed-tasks': '1',
};
const subjects = ['libraries', 'series', 'books', 'collections', 'readlists', 'users'];

let nobodySpecial: Login;
/** Sees another library only. */
let limited: Login;
/** Sees all libraries, but nothing for grown-ups. */
let young: Login;

beforeAll(async () => {
  const { db } = app;
  const open = await aLibrary(db, { name: 'Open' });
  await aBook(db, { series: await aSeries(db, { library: open, name: 'Harmless', ageRating: 6 }) });
  const vault = await aLibrary(db, { name: 'Vault' });
  const named = { name: secretWord, publisher: secretWord, genres: [secretWord], tags: [secretWord] };
  const series = await aSeries(db, {
    library: vault,
    ...named,
    ageRating: 18,
    sharingLabels: [secretWord],
    language: secretWord,
  });
  const authors = [{ name: secretWord, role: secretWord }];
  const book = await aBook(db, { series, name: secretWord, authors, tags: [secretWord], releaseDate: '1666-01-01' });
  const collection = await aCollection(db, [series], { name: secretWord });
  const readList = await aReadList(db, [book], { name: secretWord });
  nobodySpecial = await app.user('nobody@example.org', { roles: [] });
  limited = await app.user('limited@example.org', { sharedLibraries: { all: false, libraryIds: [open.id] } });
  young = await app.user('young@example.org', { ageRestriction: { age: 16, mode: 'EXCLUDE' } });
  Object.assign(hidden, {
    ...{ libraries: publicId(vault.id), series: publicId(series.id), books: publicId(book.id) },
    ...{ collections: publicId(collection.id), readlists: publicId(readList.id), users: publicId(app.adminId) },
  });
});

const isAbout = (route: Route, kinds: string[]) => segmentsOf(route).some((segment) => kinds.includes(segment));

/** The path with hidden ids in it, and with hidden ids in all parameters that it knows. */
function addressOf(route: Route): string {
  const path = filled(route, { ...others, ...hidden });
  const known = Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {});
  const filters = {
    library_id: 'libraries',
    collection_id: 'collections',
    series_id: 'series',
    readlist_id: 'readlists',
  };
  const used = Object.entries(filters).filter(([name]) => known.includes(name));
  return `${path}?${used.map(([name, segment]) => `${name}=${hidden[segment]}`).join('&')}`;
}

/** Without them a route would refuse for want of a body, before it looks at who asks. */
const place = { href: 'x', type: 'image/png', locations: { position: 1, totalProgression: 0 } };
const progression = { modified: '2024-01-01T00:00:00Z', device: { id: 'd', name: 'd' }, locator: place };
const bodies: [RegExp, object][] = [
  [/\/list(\/alphabetical-groups)?$/, {}],
  [/\/books\/:\w+\/read-progress$/, { completed: true }],
  [/\/series\/:\w+\/read-progress\/tachiyomi$/, { lastBookNumberSortRead: 1 }],
  [/\/readlists\/:\w+\/read-progress\/tachiyomi$/, { lastBookRead: 1 }],
  [/\/books\/:\w+\/progression$/, progression],
  [/\/users\/:\w+\/password$/, { password: 'stolen' }],
];

function ask(route: Route, login: Login | null, address = addressOf(route)): Promise<Response> {
  const agent = login === null ? app.anonymous : app.as(login);
  const request = agent[route.method](address);
  const body = route.body && bodies.find(([pattern]) => pattern.test(route.path))?.[1];
  return Promise.resolve(body ? request.send(body) : request);
}

const nameOf = (route: Route) => `${route.method} ${route.path}`;
/** An endless answer. */
const isStream = (route: Route) => route.produces?.includes('text/event-stream') ?? false;

/** Asks one after the other; what is not as it should be, in words. */
async function faults(which: Route[], judge: (route: Route) => Promise<string | null>): Promise<string[]> {
  const found: string[] = [];
  for (const route of which) {
    const fault = await judge(route);
    if (fault !== null) found.push(`${nameOf(route)}: ${fault}`);
  }
  return found;
}

function tells({ text, body }: Response, kinds: string[]): boolean {
  const said = typeof text === 'string' ? text : String(body);
  return said.includes(secretWord) || said.includes('1666') || kinds.some((kind) => said.includes(hidden[kind] ?? ' '));
}

test('every place of a path is one that this test knows how to fill', () => {
  const unfilled = routes.filter((route) =>
    segmentsOf(route).some((name) => !subjects.includes(name) && !(name in others)),
  );
  expect(unfilled.map(nameOf)).toEqual([]);
});

test('without login everything but public routes is 401, and public ones tell nothing', async () => {
  const found = await faults(routes, async (route) => {
    const response = await ask(route, null);
    if (route.access !== 'public') return response.status === 401 ? null : `${response.status}`;
    // a public route may still ask who it is, for a part of what it serves
    if (response.status === 401) return null;
    if (response.status >= 500) return `${response.status}`;
    return tells(response, subjects) ? 'tells' : null;
  });
  expect(found).toEqual([]);
});

test('without roles a user gets 403 where one is needed, and an answer everywhere else', async () => {
  const found = await faults(routes, async (route) => {
    // without a session there is nothing to hand over, which is 401 too
    if (isStream(route) || route.id === 'convertHeaderSessionToCookie') return null;
    // KOReader has a header of its own and knows no other login
    if (route.path.startsWith('/koreader/')) return null;
    const { status } = await ask(route, nobodySpecial);
    if (route.access === 'public' || route.access === 'any')
      return status === 401 || status >= 500 ? `${status}` : null;
    return status === 403 ? null : `${status}`;
  });
  expect(found).toEqual([]);
});

test('what is hidden from others would be seen: everybody with everything gets it from most routes', async () => {
  const all = await app.user('all@example.org');
  const reading = routes.filter((route) => route.method === 'get' && route.access === 'any' && !isStream(route));
  const silent = await faults(reading, async (route) => (tells(await ask(route, all), subjects) ? null : 'silent'));
  expect(reading.length - silent.length).toBeGreaterThan(60);
});

describe.each([
  ['another library only', () => limited, ['libraries', 'series', 'books', 'collections', 'readlists']],
  ['nothing for grown-ups', () => young, ['series', 'books', 'collections', 'readlists']],
])('a user who sees %s', (_, login, kinds) => {
  const direct = routes.filter((route) => isAbout(route, [...kinds, 'users']));

  test('gets 403 or 404 for what is hidden, whatever is asked of it', async () => {
    const found = await faults(direct, async (route) => {
      const response = await ask(route, login());
      if (response.status !== 403 && response.status !== 404) return `${response.status}`;
      return tells({ ...response, text: response.text.replaceAll(route.path, '') } as Response, []) ? 'tells' : null;
    });
    expect(found).toEqual([]);
  });

  test('finds nothing of it in any list, with filters or without', async () => {
    const lists = routes.filter((route) => !direct.includes(route) && route.access !== 'ADMIN' && !isStream(route));
    const found = await faults(lists, async (route) => {
      for (const address of [addressOf(route), addressOf(route).replace(/\?.*/, '')]) {
        const response = await ask(route, login(), address);
        if (response.status >= 500) return `${response.status}`;
        if (response.status < 300 && tells(response, kinds)) return 'tells';
      }
      return null;
    });
    expect(found).toEqual([]);
  });

  test('is no administrator', async () => {
    const found = await faults(
      routes.filter(({ access }) => access === 'ADMIN'),
      async (route) => {
        const { status } = await ask(route, login());
        return status === 403 ? null : `${status}`;
      },
    );
    expect(found).toEqual([]);
  });
});
