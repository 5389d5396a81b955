import { publicId } from '../../src/base/public-id';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic, entriesOf } from '../support/crawler';
import { linksOf } from '../support/opds-entry-rules';
import { opdsProblems } from '../support/opds-rules';
import { childrenOf, textOf } from '../support/opds-words';
import { attribute, xmlTree, type XmlElement } from '../support/xml-tree';

const catalogue = useCatalogue();
const { app } = catalogue;

const navigation = 'application/atom+xml;profile=opds-catalog;kind=navigation';
const acquisition = 'application/atom+xml;profile=opds-catalog;kind=acquisition';

async function feed(path: string): Promise<XmlElement> {
  const response = await app.admin.get(`/opds/v1.2/${path}`).expect(200);
  expect(opdsProblems(response.text, { contentType: String(response.headers['content-type']) })).toEqual([]);
  return xmlTree(response.text).root as XmlElement;
}

const titles = (root: XmlElement) => childrenOf(root, 'entry').map((entry) => textOf(entry, 'title'));
const hrefOf = (element: XmlElement, rel: string) => attribute(linksOf(element, rel)[0] ?? element, 'href') ?? '';
const relative = (url: string) => url.slice(app.base.length);

/** An answer as bytes. */
const bytes = (url: string) => ask(url.startsWith('http') ? url : `${app.base}${url}`, basic(adminLogin));

describe('addresses', () => {
  const spellings = ['/opds', '/opds/', '/opds/v1.2', '/opds/v1.2/', '/opds/v1.2/catalog', '/opds/v1.2/catalog/'];

  test.each(spellings)('%s answers the root itself, without a redirect', async (path) => {
    const { status, headers, body } = await bytes(path);
    expect([status, headers.get('content-type')]).toEqual([200, navigation]);
    expect(body.toString()).toContain(`rel="self" type="${navigation}" href="${app.base}/opds/v1.2/catalog"`);
  });

  test('a feed with a final slash is the same feed', async () => {
    const [plain, slashed] = [await bytes('/opds/v1.2/series'), await bytes('/opds/v1.2/series/')];
    expect(slashed.body).toEqual(plain.body);
  });

  test('links are built from the host that the client wrote', async () => {
    const response = await app.admin.get('/opds/v1.2/catalog').set('Host', 'comics.example:8443').expect(200);
    expect(response.text).toContain('href="http://comics.example:8443/opds/v1.2/series"');
  });

  test('parameters that nobody knows, and templates that were left in place, change nothing', async () => {
    const odd = 'series?startPage=%7BstartPage%3F%7D&page={startPage?}&size=-1&status=later&library=nonsense,';
    expect(titles(await feed('series'))).not.toEqual([]);
    await app.admin.get(`/opds/v1.2/${odd.replace('&library=nonsense,', '')}`).expect(200);
    await app.admin.get(`/opds/v1.2/${odd}`).expect(200);
  });

  test('unknown ids are 404, in plain text', async () => {
    for (const path of ['series/ABC', 'books/ABC', 'libraries/ABC', 'collections/ABC', 'readlists/ABC', 'nowhere']) {
      const response = await app.admin.get(`/opds/v1.2/${path}`);
      expect([path, response.status, response.headers['content-type']]).toEqual([
        path,
        404,
        'text/plain; charset=utf-8',
      ]);
    }
  });
});

describe('login', () => {
  test('without credentials and with wrong ones: 401 with a challenge, on feeds, covers, pages and files', async () => {
    const id = publicId((await catalogue.book('all png')).id);
    const paths = ['catalog', 'search', `books/${id}/thumbnail`, `books/${id}/pages/0`, `books/${id}/file/x.cbz`];
    for (const path of paths) {
      const response = await app.anonymous.get(`/opds/v1.2/${path}`).expect(401);
      expect(response.headers['www-authenticate']).toMatch(/^Basic realm="/);
      expect(response.headers['location']).toBeUndefined();
    }
    const wrong = await app.anonymous.get('/opds/').auth(adminLogin.email, 'wrong').expect(401);
    expect(wrong.headers['www-authenticate']).toMatch(/^Basic realm="/);
    expect(wrong.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('a key in the path that is no key: 401, and the key is in no answer', async () => {
    const key = '0123456789abcdef0123456789abcdef';
    const response = await app.anonymous.get(`/opds/${key}/v1.2/catalog`).expect(401);
    expect(response.text).not.toContain(key);
  });

  test('the key in the path decides alone', async () => {
    const response = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'alone' });
    const { key } = response.body as { key: string };
    await app.anonymous.get(`/opds/${key}/v1.2/series`).auth('nobody@example.org', 'wrong').expect(200);
    const root = await app.anonymous.get(`/opds/${key}/`).expect(200);
    expect(root.text).toContain(`href="${app.base}/opds/${key}/v1.2/catalog"`);
  });

  test('pages need the role to stream, files the role to download', async () => {
    const user = await app.user('looker@example.org', { roles: [] });
    const id = publicId((await catalogue.book('all png')).id);
    await app.as(user).get(`/opds/v1.2/books/${id}/pages/0`).expect(403);
    await app.as(user).get(`/opds/v1.2/books/${id}/file/all%20png.cbz`).expect(403);
    await app.as(user).get(`/opds/v1.2/books/${id}/thumbnail`).expect(200);
  });
});

describe('feeds', () => {
  const feeds = {
    navigation: [
      ...['catalog', 'series', 'series/latest', 'series/letters', 'libraries', 'collections', 'readlists'],
      ...['publishers', 'genres', 'tags', 'status', 'series?letter=l', 'series?status=unread'],
    ],
    acquisition: ['keep-reading', 'ondeck', 'books/latest', 'books', 'books?search=', 'books?status=read'],
  };

  test.each(feeds.navigation)('%s is a navigation feed that keeps the rules', async (path) => {
    const { headers, body } = await bytes(`/opds/v1.2/${path}`);
    expect(headers.get('content-type')).toBe(navigation);
    expect(opdsProblems(body.toString(), { contentType: navigation })).toEqual([]);
  });

  test.each(feeds.acquisition)('%s is an acquisition feed that keeps the rules', async (path) => {
    const { headers, body } = await bytes(`/opds/v1.2/${path}`);
    expect(headers.get('content-type')).toBe(acquisition);
    expect(opdsProblems(body.toString(), { contentType: acquisition })).toEqual([]);
    expect(entriesOf(body.toString()).length).toBeGreaterThan(0);
  });

  test('the root offers the newest books by sort/new, which subscriptions of Readest look for', async () => {
    const [entry] = childrenOf(await feed('catalog'), 'entry').filter(
      (one) => linksOf(one, 'http://opds-spec.org/sort/new').length > 0,
    );
    expect(textOf(entry as XmlElement, 'title')).toBe('Latest books');
  });

  test('a series lists its readable books in their order, without the damaged one', async () => {
    const tram = publicId((await catalogue.series('Night Tram')).id);
    expect(titles(await feed(`series/${tram}`))).toEqual(['Night Tram 1']);
    const lamps = publicId((await catalogue.series('Lighthouse Mechanics')).id);
    expect(titles(await feed(`series/${lamps}`))).toEqual(
      [1, 2, 3, 4, 5].map((number) => `Lighthouse Mechanics ${number}: The ${number}. lamp`),
    );
  });

  test('a book has one title and one id wherever it is listed', async () => {
    const lamps = publicId((await catalogue.series('Lighthouse Mechanics')).id);
    const lists = ['books?size=100', 'books/latest?size=100', 'keep-reading', 'ondeck', `series/${lamps}`];
    const seen = new Map<string, Set<string>>();
    for (const path of lists) {
      for (const entry of childrenOf(await feed(path), 'entry')) {
        const id = textOf(entry, 'id');
        seen.set(id, (seen.get(id) ?? new Set()).add(textOf(entry, 'title')));
      }
    }
    expect([...seen.values()].filter((names) => names.size > 1)).toEqual([]);
    expect(seen.size).toBeGreaterThan(12);
  });

  test('keep reading and on deck tell what is begun and what is next', async () => {
    expect(titles(await feed('keep-reading'))).toEqual(
      expect.arrayContaining(['Paper Gardens 3: all png', 'Secret Ledger 1']),
    );
    expect(titles(await feed('ondeck'))).toEqual(['Lighthouse Mechanics 2: The 2. lamp']);
  });

  test('a read list keeps its order', async () => {
    const [entry] = childrenOf(await feed('readlists'), 'entry');
    const list = await feed(relative(hrefOf(entry as XmlElement, 'subsection')).replace('/opds/v1.2/', ''));
    expect(titles(list).map((title) => title.slice(0, 15))).toEqual([
      'Secret Ledger 1',
      ...Array<string>(3).fill('Lighthouse Mech'),
    ]);
  });

  test('publishers, genres and tags lead to their series', async () => {
    for (const [path, name] of [
      ['publishers', 'Tidewater Press'],
      ['genres', 'slice of life'],
      ['tags', 'sea'],
    ] as const) {
      const entry = childrenOf(await feed(path), 'entry').find((one) => textOf(one, 'title') === name);
      const target = relative(hrefOf(entry as XmlElement, 'subsection')).replace('/opds/v1.2/', '');
      expect([path, titles(await feed(target))]).toEqual([path, ['Lighthouse Mechanics']]);
    }
  });

  test('facets narrow a list by reading status and library', async () => {
    const root = await feed('books?search=secret');
    const facets = linksOf(root, 'http://opds-spec.org/facet');
    const groups = new Set(facets.map((facet) => attribute(facet, 'opds:facetGroup')));
    expect([...groups]).toEqual(['Reading status', 'Library']);
    const begun = facets.find((facet) => attribute(facet, 'title') === 'In progress');
    const narrowed = relative(attribute(begun as XmlElement, 'href') ?? '').replace('/opds/v1.2/', '');
    expect(titles(await feed(narrowed))).toEqual(['Secret Ledger 1']);
  });

  test('an unchanged feed is not sent again; one with new progress is', async () => {
    const first = await app.admin.get('/opds/v1.2/keep-reading').expect(200);
    expect(first.headers['last-modified']).toBeUndefined();
    expect(first.headers['cache-control']).toContain('private');
    const etag = String(first.headers['etag']);
    await app.admin.get('/opds/v1.2/keep-reading').set('If-None-Match', etag).expect(304);
    const id = publicId((await catalogue.book('第1巻')).id);
    await app.admin.patch(`/api/v1/books/${id}/read-progress`).send({ page: 1 }).expect(204);
    await app.admin.get('/opds/v1.2/keep-reading').set('If-None-Match', etag).expect(200);
  });
});

describe('paging', () => {
  const lists = ['series', 'series/latest', 'books', 'books/latest', 'series/letters', 'books?search=lamp', 'genres'];

  test.each(lists)('%s in pages of two is the whole list, nothing twice, one address a page', async (path) => {
    const join = path.includes('?') ? '&' : '?';
    const whole = titles(await feed(`${path}${join}size=100`));
    const pages: string[] = [];
    const addresses: string[] = [];
    let next = `${path}${join}size=2`;
    while (next !== '') {
      const root = await feed(next);
      addresses.push(hrefOf(root, 'self'));
      pages.push(...titles(root));
      next = linksOf(root, 'next').length > 0 ? relative(hrefOf(root, 'next')).replace('/opds/v1.2/', '') : '';
    }
    expect(pages).toEqual(whole);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.every((address) => address.includes('size=2'))).toBe(true);
  });

  test('a page beyond the end is an empty page that leads back', async () => {
    const { status, body } = await bytes('/opds/v1.2/series?page=500');
    const root = xmlTree(body.toString()).root as XmlElement;
    expect([status, titles(root)]).toEqual([200, []]);
    expect(hrefOf(root, 'previous')).toBe(`${app.base}/opds/v1.2/series`);
  });
});

describe('search', () => {
  test('the description says where, in the type of a description, and what comes is of the announced kind', async () => {
    const { headers, body } = await bytes('/opds/v1.2/search');
    expect(headers.get('content-type')).toBe('application/opensearchdescription+xml');
    expect(opdsProblems(body.toString())).toEqual([]);
    expect(body.toString()).toContain(`template="${app.base}/opds/v1.2/books?search={searchTerms}"`);
  });

  const hits: [words: string, first: string][] = [
    ['lighthouse', 'Lighthouse Mechanics 1: The 1. lamp'],
    ['THE 3. LAMP', 'Lighthouse Mechanics 3: The 3. lamp'],
    ['quill 4', 'Lighthouse Mechanics 4: The 4. lamp'],
    ['sea mechanics 5', 'Lighthouse Mechanics 5: The 5. lamp'],
    ['灯台', '静かな灯台 1: 第1巻'],
    ['tom & jerry', 'Tom & Jerry <again> 1: 100% #1? [a&b]; 漫画'],
  ];
  test.each(hits)('%s is found by title, series, people and tags together', async (words, first) => {
    expect(titles(await feed(`books?search=${encodeURIComponent(words)}`))[0]).toBe(first);
  });

  test.each(['zzqxjkv', '100%25_', '%22 OR 1=1 --', '%5C', 'zzq%00xjk', '%ED%A0%80', '😀'])(
    '%s, without a hit, is an empty feed',
    async (words) => {
      const root = await feed(`books?search=${words}`);
      expect(titles(root)).toEqual([]);
    },
  );

  test("Komga's search for series is still there", async () => {
    expect(titles(await feed('series?search=tram'))).toEqual(['Night Tram']);
    expect(titles(await feed('series?publisher=Tidewater%20Press&publisher=nobody'))).toEqual(['Lighthouse Mechanics']);
  });
});
