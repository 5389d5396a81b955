import { publicId } from '../../src/base/public-id';
import { Collection, ReadList } from '../../src/model/reading';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic, type Answer } from '../support/crawler';
import { routeTable } from '../support/routes';

const catalogue = useCatalogue();
const { app } = catalogue;

/** Every address below `/opds` that can be asked for; a new route is in this list by itself. */
const paths = routeTable()
  .filter(({ method, path }) => method === 'get' && path.startsWith('/opds/'))
  .map(({ path }) => path);

const kinds: [pattern: RegExp, book: string][] = [
  [/manifest\/pdf|\/raw$/, 'scanned'],
  [/manifest\/epub|\/positions$|\/resource\//, 'novel'],
  [/./, 'Lighthouse Mechanics v02'],
];

async function idFor(path: string): Promise<string> {
  const [, kind] = /^\/opds\/v[\d.]+\/(\w+)\/:/.exec(path) ?? [];
  if (kind === 'libraries') return publicId(catalogue.open.id);
  if (kind === 'series') return publicId((await catalogue.series('Lighthouse Mechanics')).id);
  if (kind === 'collections')
    return publicId((await Collection.query(app.db).findOne({ name: 'By the sea' }).throwIfNotFound()).id);
  if (kind === 'readlists')
    return publicId((await ReadList.query(app.db).findOne({ name: 'Rainy days' }).throwIfNotFound()).id);
  const [, name = ''] = kinds.find(([pattern]) => pattern.test(path)) ?? [];
  return publicId((await catalogue.book(name)).id);
}

async function addressOf(path: string): Promise<string> {
  const filled = path.replace(/:(?:id|bookId)/, await idFor(path));
  return filled.replace(':number', '1').replace(':name', 'a.cbz').replace('*', 'a.xhtml');
}

const told = ({ status, headers }: Answer) => [
  status,
  ...['content-type', 'content-length', 'etag', 'last-modified', 'content-disposition', 'location'].map((name) =>
    headers.get(name),
  ),
];
const get = (address: string, method = 'GET') => ask(`${app.base}${address}`, basic(adminLogin), method);

test('there are all routes of both versions', () => {
  expect(paths.length).toBeGreaterThan(50);
});

test.each(paths)('%s answers, to HEAD with the same headers, and with a final slash the same', async (path) => {
  const address = await addressOf(path);
  const answer = await get(address);
  expect([address, [200, 204].includes(answer.status)]).toEqual([address, true]);
  const head = await get(address, 'HEAD');
  expect([told(head), head.body.length]).toEqual([told(answer), 0]);
  const slashed = await get(`${address}/`);
  expect(told(slashed)).toEqual(told(answer));
  expect(slashed.body.equals(answer.body)).toBe(true);
});

describe('with a personal key in the path', () => {
  let key: string;
  beforeAll(async () => {
    const response = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'forms' });
    key = (response.body as { key: string }).key;
  });

  test.each(paths)('%s answers without login', async (path) => {
    const address = await addressOf(path);
    const [plain, keyed] = [
      await get(address),
      await ask(`${app.base}${address.replace('/opds/', `/opds/${key}/`)}`, null),
    ];
    const [first, second] = [plain, keyed].map(({ status, headers }) => [
      status,
      headers.get('content-type'),
      headers.get('location'),
    ]);
    expect(second).toEqual(first);
    // the key stands in every link, and nowhere else does anything differ
    const text = keyed.body.toString().replaceAll(`/opds/${key}/`, '/opds/');
    if (/xml|json/.test(plain.headers.get('content-type') ?? '')) expect(text).toBe(plain.body.toString());
  });

  test.each(paths.filter((path) => path !== '/opds/v2/auth'))(
    '%s asks everybody else to log in, also by HEAD',
    async (path) => {
      const address = await addressOf(path);
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await ask(`${app.base}${address}`, null, method);
        expect([status, headers.get('www-authenticate')?.slice(0, 6), headers.get('location')]).toEqual([
          401,
          'Basic ',
          null,
        ]);
      }
    },
  );
});
