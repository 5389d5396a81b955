import { publicId } from '../../src/base/public-id';
import { pictureSize } from '../../src/media/picture-size';
import { pictureType } from '../../src/media/picture-type';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { basic } from '../support/crawler';
import { linksOf } from '../support/opds-entry-rules';
import { childrenOf, openSearchUri, textOf } from '../support/opds-words';
import { attribute, xmlTree, type XmlElement } from '../support/xml-tree';

/**
 * What each app of opds.md §5 sends, literally where its source is known, and what it needs of the answer. The apps themselves
 * cannot run here: their habits can.
 */
const catalogue = useCatalogue();
const { app } = catalogue;

interface Reply {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** An app with its own headers; it follows no redirect, since several lose the credentials on the way. */
const appWith = (own: Record<string, string>) => ({
  async ask(path: string, method = 'GET', body?: string): Promise<Reply> {
    const url = path.startsWith('http') ? path : `${app.base}${path}`;
    const response = await fetch(url, { method, headers: own, redirect: 'manual', ...(body ? { body } : {}) });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  },
  async feed(path: string): Promise<XmlElement> {
    const reply = await this.ask(path);
    expect([path, reply.status]).toEqual([path, 200]);
    const { root, faults } = xmlTree(reply.body.toString('utf8'));
    expect(faults).toEqual([]);
    return root as XmlElement;
  },
  async json<T>(path: string): Promise<T> {
    const reply = await this.ask(path);
    expect([path, reply.status]).toEqual([path, 200]);
    return JSON.parse(reply.body.toString('utf8')) as T;
  },
});

const login = { Authorization: basic(adminLogin) };
const typeOf = ({ headers }: Reply) => headers.get('content-type') ?? '';
const href = (link: XmlElement | undefined) => (link && attribute(link, 'href')) ?? '';
const entries = (feed: XmlElement) => childrenOf(feed, 'entry');
const rels = (element: XmlElement) => linksOf(element).map((link) => attribute(link, 'rel'));
const seriesPath = async (title: string) => `/opds/v1.2/series/${publicId((await catalogue.series(title)).id)}`;
const bookPath = async (name: string) => publicId((await catalogue.book(name)).id);

interface Link2 {
  rel?: string | string[];
  href: string;
  type?: string;
  title?: string;
}
interface Feed2 {
  metadata: { title: unknown };
  links: Link2[];
  navigation?: Link2[];
  publications?: { metadata: Record<string, unknown>; links: Link2[]; images?: Link2[] }[];
  groups?: Feed2[];
  facets?: { metadata: { title: string }; links: Link2[] }[];
}

describe('KOReader', () => {
  const reader = appWith({
    ...login,
    'User-Agent': 'KOReader/2025.10 (https://koreader.rocks/) LuaSocket/3.0',
    Accept: 'application/opds+json, application/atom+xml;profile=opds-catalog, */*',
    'Accept-Encoding': 'identity',
  });
  /** Its `genItemTableFromCatalog`: the last link that it takes for a way on. */
  const wayOn = (entry: XmlElement) =>
    linksOf(entry).findLast((link) => {
      const rel = attribute(link, 'rel') ?? '';
      const isCatalogue = /application\/atom\+xml/.test(attribute(link, 'type') ?? '');
      return isCatalogue && /^(|subsection|http:\/\/opds-spec\.org\/sort\/(new|popular))$/.test(rel);
    });

  test('asks HEAD, then GET, of every way on of the root, with the slash that people type', async () => {
    const root = await reader.feed('/opds/v1.2/catalog/');
    expect(root.name).toBe('feed');
    for (const entry of entries(root)) {
      const url = href(wayOn(entry));
      const [head, get] = [await reader.ask(url, 'HEAD'), await reader.ask(url)];
      expect([url, head.status, head.headers.get('last-modified')]).toEqual([url, 200, null]);
      expect([url, typeOf(get), get.headers.get('content-encoding')]).toEqual([url, typeOf(head), null]);
    }
  });

  test('fills its screen by typed `next` links and comes to an end', async () => {
    const titles: string[] = [];
    for (let url: string | undefined = '/opds/v1.2/series?size=2'; url;) {
      const feed: XmlElement = await reader.feed(url);
      titles.push(...entries(feed).map((entry) => textOf(entry, 'title')));
      const next: XmlElement | undefined = linksOf(feed, 'next')[0];
      if (next) expect(attribute(next, 'type')).toMatch(/^application\/atom\+xml/);
      url = next && href(next);
    }
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.length).toBeGreaterThan(6);
  });

  test('searches by the description, and leaves in the address what it does not know', async () => {
    const [description] = linksOf(await reader.feed('/opds/v1.2/catalog'), 'search');
    const root = await reader.feed(href(description));
    const [url] = childrenOf(root, 'Url', openSearchUri);
    expect(url && attribute(url, 'type')).toMatch(/application\/atom\+xml/);
    const template = ((url && attribute(url, 'template')) ?? '').replace('{searchTerms}', 'lamp');
    expect(entries(await reader.feed(template)).length).toBeGreaterThan(4);
    expect(entries(await reader.feed(`${template}&page={startPage?}&size={count?}`)).length).toBeGreaterThan(4);
    expect(entries(await reader.feed(template.replace('lamp', 'zzqx')))).toEqual([]);
  });

  test('shows facets that have a type', async () => {
    const facets = linksOf(await reader.feed('/opds/v1.2/books/latest'), 'http://opds-spec.org/facet');
    expect(facets.length).toBeGreaterThan(3);
    for (const facet of facets) expect(attribute(facet, 'type')).toMatch(/^application\/atom\+xml/);
  });

  test('streams page 0 first, then the remembered one, at the width of its screen', async () => {
    const [entry] = entries(await reader.feed(await seriesPath('Lighthouse Mechanics')));
    const [stream] = entry ? linksOf(entry, 'http://vaemendis.net/opds-pse/stream') : [];
    expect(stream?.attributes.map(({ name }) => name)).toEqual(expect.arrayContaining(['pse:count', 'pse:lastRead']));
    const at = (page: number) => href(stream).replace('{pageNumber}', String(page)).replace('{maxWidth}', '20');
    for (const page of [0, Number(stream && attribute(stream, 'pse:lastRead')) - 1]) {
      const { status, body } = await reader.ask(at(page));
      expect([status, pictureSize(body)?.width]).toEqual([200, 20]);
    }
  });

  test('names what it downloads by the plain `filename=`, and knows the type', async () => {
    const feed = await reader.feed(await seriesPath('Lighthouse Mechanics'));
    const [file] = linksOf(entries(feed)[0] as XmlElement, 'http://opds-spec.org/acquisition');
    const head = await reader.ask(href(file), 'HEAD');
    expect(head.headers.get('content-disposition')).toMatch(/filename="Lighthouse Mechanics v01\.cbz"/);
    expect(typeOf(head)).toBe(attribute(file as XmlElement, 'type'));
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
  });

  test('in 2.0 finds plain titles, first rels, groups by their first link, and never empty images', async () => {
    const root = await reader.json<Feed2>('/opds/v2/catalog');
    const feeds = [root];
    for (const { links } of root.groups ?? []) {
      expect(links[0]).toMatchObject({ rel: 'self', type: 'application/opds+json' });
      feeds.push(await reader.json<Feed2>(links[0]?.href ?? ''));
    }
    for (const { publications = [], navigation = [], facets = [] } of [
      ...feeds,
      ...feeds.flatMap((f) => f.groups ?? []),
    ]) {
      for (const { metadata, links, images } of publications) {
        expect(typeof metadata['title']).toBe('string');
        expect(images?.length).not.toBe(0);
        expect(links.some(({ rel }) => String([rel].flat()[0]).startsWith('http://opds-spec.org/acquisition'))).toBe(
          true,
        );
      }
      for (const { rel } of navigation) expect(rel).not.toBe('self');
      for (const { metadata, links } of facets)
        expect([typeof metadata.title, links.length > 1]).toEqual(['string', true]);
    }
  });
});

describe('Panels', () => {
  const agent = { 'User-Agent': 'Panels/5 CFNetwork/1490 Darwin/23', Accept: '*/*' };

  test('asks for a password only after a challenge', async () => {
    const { status, headers } = await appWith(agent).ask('/opds/v1.2/catalog');
    expect([status, headers.get('location')]).toEqual([401, null]);
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+"/);
  });

  test('finds an id, a file beside the stream, and when a page was read', async () => {
    const reader = appWith({ ...agent, ...login });
    const found = entries(await reader.feed(await seriesPath('Paper Gardens')));
    for (const entry of found) {
      expect(textOf(entry, 'id')).toMatch(/^urn:/);
      expect(rels(entry)).toEqual(expect.arrayContaining(['http://opds-spec.org/acquisition']));
    }
    const streams = found.flatMap((entry) => linksOf(entry, 'http://vaemendis.net/opds-pse/stream'));
    const begun = streams.filter((stream) => attribute(stream, 'pse:lastRead') !== undefined);
    expect(begun.map((stream) => attribute(stream, 'pse:lastReadDate'))).toEqual([
      expect.stringMatching(/^\d{4}-.*Z$/),
    ]);
  });

  test('which shows no facets, can narrow by ways of the root', async () => {
    const root = await appWith({ ...agent, ...login }).feed('/opds/v1.2/catalog');
    const titles = entries(root).map((entry) => textOf(entry, 'title'));
    expect(titles).toEqual(expect.arrayContaining(['Reading status', 'Genres', 'Tags', 'Publishers', 'Libraries']));
  });
});

describe('Chunky', () => {
  const reader = appWith({ ...login, 'User-Agent': 'Chunky/8 CFNetwork' });

  test.each(['/opds', '/opds-comics', '/opds-comics/'])('tries %s by itself', async (path) => {
    expect(typeOf(await reader.ask(path))).toMatch(/^application\/atom\+xml/);
  });

  test('needs UTF-8 and absolute addresses that end in a file name', async () => {
    const reply = await reader.ask('/opds/v1.2/books?size=100');
    expect(reply.body.subarray(0, 60).toString()).toMatch(/encoding="UTF-8"/);
    const files = entries(await reader.feed('/opds/v1.2/books?size=100')).flatMap((entry) =>
      linksOf(entry, 'http://opds-spec.org/acquisition'),
    );
    for (const file of files) expect(href(file)).toMatch(/^http:\/\/.*\/file\/[^/?]+\.(cbz|cbr|pdf|epub)$/);
    expect(files.length).toBeGreaterThan(10);
  });

  test('streams without {maxWidth}, which PSE 1.0 does not know', async () => {
    const [entry] = entries(await reader.feed(await seriesPath('Lighthouse Mechanics')));
    const [stream] = entry ? linksOf(entry, 'http://vaemendis.net/opds-pse/stream') : [];
    const { status, body } = await reader.ask(href(stream).replace('{pageNumber}', '0'));
    expect([status, pictureType(body)]).toEqual([200, 'image/jpeg']);
  });
});

describe('Moon+ Reader', () => {
  const agent = { 'User-Agent': 'Mozilla/5.0 (Linux; Android 14) MoonReader' };

  test('sends credentials after the challenge, and gets Atom and nothing else', async () => {
    expect((await appWith(agent).ask('/opds/v1.2/catalog')).headers.get('www-authenticate')).toMatch(/^Basic/);
    expect(typeOf(await appWith({ ...agent, ...login }).ask('/opds/v1.2/catalog'))).toMatch(/^application\/atom\+xml/);
  });

  test('has absolute links everywhere, and searches by the template link', async () => {
    const reader = appWith({ ...agent, ...login });
    const root = await reader.feed('/opds/v1.2/catalog');
    const all = [root, ...entries(root)].flatMap((element) => linksOf(element));
    expect(all.filter((link) => !href(link).startsWith(`${app.base}/`))).toEqual([]);
    const template = linksOf(root, 'search').find((link) => attribute(link, 'type') === 'application/atom+xml');
    const found = await reader.feed(href(template).replace('{searchTerms}', encodeURIComponent('4. lamp')));
    expect(entries(found)).toHaveLength(1);
  });
});

describe('Librera', () => {
  const agent = { 'User-Agent': 'Dalvik/2.1.0 (Linux; U; Android 14)' };

  test('which fails with logins, reads by a key in the path, and every link carries it', async () => {
    const made = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'librera' });
    const { key } = made.body as { key: string };
    const reader = appWith(agent);
    const root = await reader.feed(`/opds/${key}/v1.2/catalog`);
    // a page of the web UI is for a browser, which has a login of its own
    const all = [root, ...entries(root)].flatMap((element) => linksOf(element));
    const links = all.filter((link) => attribute(link, 'type') !== 'text/html').map(href);
    expect(links.filter((link) => !link.startsWith(`${app.base}/opds/${key}/`))).toEqual([]);
    const template = linksOf(root, 'search').find((link) => attribute(link, 'type') === 'application/atom+xml');
    const [entry] = entries(await reader.feed(href(template).replace('{searchTerms}', 'lamp')));
    const [file] = entry ? linksOf(entry, 'http://opds-spec.org/acquisition') : [];
    expect(typeOf(await reader.ask(href(file)))).toBe('application/vnd.comicbook+zip');
  });
});

describe.each(['FBReader/3.5 (Android)', 'ComicVerse/1.0', 'MapleRead SE/3.7'])('%s', (agent) => {
  test('finds what it searches by the template link alone, and a file whose type it knows', async () => {
    const reader = appWith({ 'User-Agent': agent, ...login });
    const root = await reader.feed('/opds/v1.2/catalog');
    const template = linksOf(root, 'search').find((link) => attribute(link, 'type') === 'application/atom+xml');
    const [entry] = entries(await reader.feed(href(template).replace('{searchTerms}', 'lighthouse')));
    const [file] = entry ? linksOf(entry, 'http://opds-spec.org/acquisition') : [];
    const reply = await reader.ask(href(file));
    expect([reply.status, typeOf(reply)]).toEqual([200, file && attribute(file, 'type')]);
    expect(reply.body.subarray(0, 2).toString()).toBe('PK');
  });
});

describe('Thorium', () => {
  const reader = appWith({ ...login, 'User-Agent': 'Thorium/3', Accept: 'application/json,application/xml' });

  test('tells a feed by its Content-Type', async () => {
    expect(typeOf(await reader.ask('/opds/v1.2/catalog'))).toMatch(/^application\/atom\+xml/);
    expect(typeOf(await reader.ask('/opds/v2/catalog'))).toMatch(/^application\/opds\+json/);
  });

  test('finds no author in an entry that leads on, which it would take for a book', async () => {
    for (const path of ['/opds/v1.2/catalog', '/opds/v1.2/series', '/opds/v1.2/collections'])
      for (const entry of entries(await reader.feed(path))) expect(childrenOf(entry, 'author')).toEqual([]);
  });

  test('can download what it reads: EPUB and PDF by their types', async () => {
    const feed = await reader.feed(await seriesPath('Other kinds'));
    const files = entries(feed).flatMap((entry) => linksOf(entry, 'http://opds-spec.org/acquisition'));
    expect(files.map((link) => attribute(link, 'type')).sort()).toEqual(['application/epub+zip', 'application/pdf']);
  });
});

describe('Readest and Foliate', () => {
  const reader = appWith({
    ...login,
    'User-Agent': 'Readest/1 (foliate-js)',
    Accept: 'application/atom+xml, application/xml, text/xml, */*',
  });

  test('know a catalogue by profile= and find no rel=collection that would regroup it', async () => {
    const root = await reader.feed('/opds/v1.2/catalog');
    for (const entry of entries(root))
      expect(linksOf(entry).filter((link) => /profile=opds-catalog/.test(attribute(link, 'type') ?? ''))).toHaveLength(
        1,
      );
    for (const entry of entries(await reader.feed('/opds/v1.2/books'))) expect(rels(entry)).not.toContain('collection');
  });

  test('subscribe to the feed of the root with sort/new, which holds books', async () => {
    const root = await reader.feed('/opds/v1.2/catalog');
    const [way] = entries(root).flatMap((entry) => linksOf(entry, 'http://opds-spec.org/sort/new'));
    const files = entries(await reader.feed(href(way))).flatMap((entry) =>
      linksOf(entry, 'http://opds-spec.org/acquisition'),
    );
    expect(files.length).toBeGreaterThan(5);
  });

  test('ask HEAD before each page, 2000 pixels wide, and get none that is enlarged', async () => {
    const [entry] = entries(await reader.feed(await seriesPath('Lighthouse Mechanics')));
    const [stream] = entry ? linksOf(entry, 'http://vaemendis.net/opds-pse/stream') : [];
    for (const page of [0, 1]) {
      const url = href(stream).replace('{pageNumber}', String(page)).replace('{maxWidth}', '2000');
      const [head, get] = [await reader.ask(url, 'HEAD'), await reader.ask(url)];
      expect([head.status, typeOf(head)]).toEqual([200, 'image/jpeg']);
      expect(pictureSize(get.body)).toMatchObject({ width: 40, height: 60 });
    }
  });

  test('find the details of a book behind `self` in 2.0', async () => {
    const { publications = [] } = await reader.json<Feed2>('/opds/v2/libraries/books/latest');
    const self = publications[0]?.links.find(({ rel }) => rel === 'self');
    expect(self?.type).toBe('application/opds-publication+json');
    expect(await reader.json(self?.href ?? '')).toEqual(publications[0]);
  });
});

describe('Cantook and Aldiko', () => {
  const agent = { 'User-Agent': 'Cantook/4 (Android)', Accept: 'application/opds+json, application/atom+xml' };
  const reader = appWith({ ...agent, ...login });

  test('learn how to log in from the document that comes with the 401', async () => {
    const reply = await appWith(agent).ask('/opds/v2/catalog');
    expect([reply.status, typeOf(reply)]).toEqual([401, 'application/opds-authentication+json']);
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      authentication: [{ type: 'http://opds-spec.org/auth/basic', labels: { login: 'E-mail' } }],
    });
  });

  test('read a comic by its Divina manifest and keep the place, which is not lost to an older one', async () => {
    const id = await bookPath('all webp');
    const book = await reader.json<{ links: Link2[] }>(`/opds/v2/books/${id}`);
    const divina = book.links.find(({ type }) => type === 'application/divina+json');
    const { readingOrder } = await reader.json<{ readingOrder: Link2[] }>(divina?.href ?? '');
    expect(readingOrder).toHaveLength(2);
    const place = book.links.find(({ rel }) => rel === 'http://www.cantook.com/api/progression')?.href ?? '';
    expect((await reader.ask(place)).status).toBe(204);
    const type = 'application/vnd.readium.progression+json';
    const put = (modified: string) =>
      appWith({ ...agent, ...login, 'Content-Type': type }).ask(
        place,
        'PUT',
        JSON.stringify({
          ...{ modified, device: { id: 'urn:uuid:2', name: 'Tablet' } },
          locator: { href: readingOrder[1]?.href, type: 'image/webp', locations: { position: 2, progression: 1 } },
        }),
      );
    expect((await put('2026-01-02T00:00:00.123Z')).status).toBe(204);
    expect((await put('2026-01-01T00:00:00Z')).status).toBe(409);
    expect(typeOf(await reader.ask(place))).toBe(type);
  });
});

describe("Stump's app", () => {
  const agent = { 'User-Agent': 'Stump/0.1 (ios)', Accept: 'application/json' };
  const reader = appWith({ ...agent, ...login });

  /** Its decoder refuses null where it wants a text. */
  const nulls = (value: unknown): unknown[] => {
    if (value === null) return [value];
    return typeof value === 'object' ? Object.values(value).flatMap(nulls) : [];
  };

  test('insists on the absolute id of the authentication document', async () => {
    const { id } = await appWith(agent).json<{ id: string }>('/opds/v2/auth');
    expect(id).toBe(`${app.base}/opds/v2/auth`);
  });

  test('decodes an object without null, whose groups say where the whole list is', async () => {
    const root = await reader.json<Feed2>('/opds/v2/catalog');
    expect(nulls(root)).toEqual([]);
    expect(root.groups?.map(({ links }) => links.find(({ rel }) => rel === 'self')?.type)).toEqual(
      root.groups?.map(() => 'application/opds+json'),
    );
  });

  test('shows every page of the Divina manifest', async () => {
    const manifest = await reader.json<{ readingOrder: Link2[] }>(
      `/opds/v2/books/${await bookPath('mixed')}/manifest/divina`,
    );
    for (const page of manifest.readingOrder) {
      const reply = await reader.ask(page.href);
      expect([reply.status, typeOf(reply), pictureType(reply.body)]).toEqual([200, page.type, page.type]);
    }
  });
});

describe('KyBook 3', () => {
  test('knows facets, and reads without Basic by a key in the path', async () => {
    const made = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'kybook' });
    const { key } = made.body as { key: string };
    const reader = appWith({ 'User-Agent': 'KyBook/3 CFNetwork' });
    const feed = await reader.feed(`/opds/${key}/v1.2/books`);
    const unread = linksOf(feed, 'http://opds-spec.org/facet').find((link) => attribute(link, 'title') === 'Unread');
    const narrowed = await reader.feed(href(unread));
    expect(textOf(narrowed, 'totalResults', openSearchUri)).toBe(attribute(unread as XmlElement, 'thr:count'));
  });
});

/** Types of the files of a series, by the links and by the answers. */
async function typesOfFiles(reader: ReturnType<typeof appWith>, title: string): Promise<[said: string, is: string][]> {
  const files = entries(await reader.feed(await seriesPath(title))).flatMap((entry) =>
    linksOf(entry, 'http://opds-spec.org/acquisition'),
  );
  return Promise.all(
    files.map(async (file) => [attribute(file, 'type') ?? '', typeOf(await reader.ask(href(file), 'HEAD'))] as const),
  ).then((pairs) => pairs.map(([said, is]) => [said, is]));
}

describe('Marvin and Yomu', () => {
  test.each(['Marvin/3.1 CFNetwork/1490 Darwin/23', 'Yomu/2 CFNetwork/1490 Darwin/23'])(
    '%s, which know comic archives by their older names only, are offered them so',
    async (agent) => {
      const reader = appWith({ ...login, 'User-Agent': agent });
      const types = await typesOfFiles(reader, 'Lighthouse Mechanics');
      expect(types).toEqual(Array(5).fill(['application/x-cbz', 'application/x-cbz']));
      expect(await typesOfFiles(reader, 'Other kinds')).toContainEqual(['application/pdf', 'application/pdf']);
    },
  );

  test('2.0 calls them so too, and a cache that stands between keeps the answers apart', async () => {
    const reader = appWith({ ...login, 'User-Agent': 'Yomu/2 CFNetwork' });
    const path = `/opds/v2/books/${await bookPath('all jpeg')}`;
    const book = await reader.json<{ links: Link2[] }>(path);
    const file = book.links.find(({ rel }) => rel === 'http://opds-spec.org/acquisition');
    expect(file?.type).toBe('application/x-cbz');
    expect((await reader.ask(path)).headers.get('vary')).toMatch(/User-Agent/);
  });
});

describe('PocketBook', () => {
  test('which knows a CBZ as a ZIP, is offered one under the name of a CBZ', async () => {
    const reader = appWith({ ...login, 'User-Agent': 'PocketBook/626' });
    const types = await typesOfFiles(reader, 'Lighthouse Mechanics');
    expect(types).toEqual(Array(5).fill(['application/zip', 'application/zip']));
  });

  test('shows the content of an entry, which holds the summary', async () => {
    const reader = appWith({ ...login, 'User-Agent': 'PocketBook/626' });
    const [entry] = entries(await reader.feed(await seriesPath('Lighthouse Mechanics')));
    expect(textOf(entry as XmlElement, 'content')).toMatch(/^CBZ - .*\n\nClocks & lamps\.$/);
  });
});
