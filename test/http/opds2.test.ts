import { publicId } from '../../src/base/public-id';
import { pictureSize } from '../../src/media/picture-size';
import { pictureType } from '../../src/media/picture-type';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic } from '../support/crawler';
import { opds2Problems } from '../support/opds2-rules';

const catalogue = useCatalogue();
const { app } = catalogue;

interface Link {
  rel?: string;
  href: string;
  type: string;
  title?: string;
}
interface Publication {
  metadata: Record<string, unknown> & { title: string };
  links: Link[];
  images?: (Link & { width?: number; height?: number })[];
  readingOrder?: (Link & { width?: number; height?: number; alternate?: Link[] })[];
}
interface Feed {
  metadata: { title: string; numberOfItems?: number };
  links: Link[];
  navigation?: Link[];
  publications?: Publication[];
  groups?: (Feed & { metadata: { title: string } })[];
  facets?: { metadata: { title: string }; links: Link[] }[];
}

const feedType = 'application/opds+json';

async function get<T = Feed>(path: string, type = feedType): Promise<T> {
  const { status, headers, body } = await ask(`${app.base}/opds/v2/${path}`, basic(adminLogin));
  expect([path, status, headers.get('content-type')]).toEqual([path, 200, type]);
  const document = JSON.parse(body.toString('utf8')) as T;
  expect(opds2Problems(document, { contentType: type })).toEqual([]);
  return document;
}

const relative = (url: string) => url.slice(`${app.base}/opds/v2/`.length);
const linkOf = ({ links }: { links: Link[] }, rel: string) => links.find((link) => link.rel === rel);
const titles = ({ publications = [], navigation = [] }: Feed) => [
  ...publications.map(({ metadata }) => metadata.title),
  ...navigation.map(({ title = '' }) => title),
];
const bookId = async (name: string) => publicId((await catalogue.book(name)).id);

describe('feeds', () => {
  const lists = [
    ...['catalog', 'libraries', 'libraries/browse', 'libraries/keep-reading', 'libraries/on-deck'],
    ...['libraries/books/latest', 'libraries/series/latest', 'libraries/collections', 'libraries/readlists'],
    ...['search', 'search?query=lamp', 'search?query=zzqx', 'books', 'series', 'series?search=zzqx'],
  ];
  test.each(lists)('%s keeps the rules', async (path) => {
    await get(path);
  });

  test('every list exists for one library too, and holds its books only', async () => {
    const library = publicId(catalogue.hidden.id);
    const below = ['', '/browse', '/keep-reading', '/on-deck', '/books/latest', '/series/latest', '/collections'];
    for (const path of [...below, '/readlists']) await get(`libraries/${library}${path}`);
    expect(titles(await get(`libraries/${library}/books/latest`)).sort()).toEqual([
      'Secret Ledger 1',
      'Secret Ledger 2',
    ]);
    expect(titles(await get(`libraries/${library}/keep-reading`))).toEqual(['Secret Ledger 1']);
    expect(titles(await get(`libraries/${library}/browse`))).toEqual(['Secret Ledger']);
  });

  test('the root has groups that lead to their whole lists, and the newest books by sort/new', async () => {
    const root = await get('catalog');
    expect(root.groups?.map(({ metadata }) => metadata.title)).toEqual([
      ...['Libraries', 'Keep reading', 'On deck', 'Latest books', 'Latest series'],
    ]);
    for (const group of root.groups ?? []) {
      const whole = await get(relative(linkOf(group, 'self')?.href ?? ''));
      if (group.metadata.title !== 'Libraries') expect(titles(whole)).toEqual(expect.arrayContaining(titles(group)));
    }
    expect(root.navigation?.find(({ rel }) => rel === 'http://opds-spec.org/sort/new')?.title).toBe('Latest books');
  });

  test('each version of the catalogue leads to the other', async () => {
    const twin = linkOf(await get('catalog'), 'alternate');
    expect(twin).toMatchObject({ href: `${app.base}/opds/v1.2/catalog` });
    const first = await app.admin.get('/opds/v1.2/catalog').expect(200);
    expect(first.text).toContain(`rel="alternate" type="application/opds+json" href="${app.base}/opds/v2/catalog"`);
  });

  test.each(['books', 'series', 'libraries/books/latest', 'libraries/browse'])(
    '%s pages without loss',
    async (path) => {
      const whole = titles(await get(`${path}?size=100`));
      const seen: string[] = [];
      let next: string | undefined = `${path}?size=2`;
      while (next !== undefined) {
        const page: Feed = await get(next);
        seen.push(...titles(page));
        const href = linkOf(page, 'next')?.href;
        next = href === undefined ? undefined : relative(href);
      }
      expect(seen).toEqual(whole);
    },
  );

  test('a search finds series, books and lists by their words', async () => {
    const found = await get('search?query=sea');
    expect(found.groups?.map(({ metadata }) => metadata.title)).toEqual(['Books', 'Collections']);
    const book = await get('search?query=quill%204');
    expect(book.groups?.flatMap(titles)).toContain('Lighthouse Mechanics 4: The 4. lamp');
  });

  test('facets narrow: publishers of series, tags of the books of a series', async () => {
    const browse = await get('libraries/browse');
    const press = browse.facets?.[0]?.links.find(({ title }) => title === 'Tidewater Press');
    expect(titles(await get(relative(press?.href ?? '')))).toEqual(['Lighthouse Mechanics']);
    const series = await get(`series/${publicId((await catalogue.series('Lighthouse Mechanics')).id)}?tag=sea`);
    expect(series.facets?.[0]?.links.find(({ rel }) => rel === 'self')?.title).toBe('sea');
    expect(series.publications).toHaveLength(5);
  });

  const facetTitles = ({ facets = [] }: Feed) => facets.map(({ metadata }) => metadata.title);
  const choose = async (feed: Feed, title: string) => {
    const link = feed.facets?.flatMap(({ links }) => links).find((one) => one.title === title);
    return get(relative(link?.href ?? ''));
  };

  test('lists of books can be narrowed by how far the reader is and by library, both at once', async () => {
    const latest = await get('libraries/books/latest');
    expect(facetTitles(latest)).toEqual(['Reading status', 'Library']);
    const begun = await choose(latest, 'In progress');
    expect(titles(begun).sort()).toEqual(['Paper Gardens 3: all png', 'Secret Ledger 1']);
    const hidden = await choose(begun, 'The Vault');
    expect(titles(hidden)).toEqual(['Secret Ledger 1']);
    expect(hidden.metadata.numberOfItems).toBe(1);
    expect(titles(await choose(await get('books?search=secret'), 'Unread'))).toEqual(['Secret Ledger 2']);
  });

  test('the list of one library is narrowed by status alone, and so are a series and a read list', async () => {
    const ofLibrary = await get(`libraries/${publicId(catalogue.hidden.id)}/books/latest`);
    expect(facetTitles(ofLibrary)).toEqual(['Reading status']);
    expect(titles(await choose(ofLibrary, 'In progress'))).toEqual(['Secret Ledger 1']);
    const path = `series/${publicId((await catalogue.series('Lighthouse Mechanics')).id)}`;
    expect(facetTitles(await get(path))).toEqual(['Tag', 'Reading status']);
    expect(titles(await choose(await get(`${path}?tag=sea`), 'Read'))).toEqual(['Lighthouse Mechanics 1: The 1. lamp']);
    const [list] = (await get('libraries/readlists')).navigation ?? [];
    expect(titles(await choose(await get(relative(list?.href ?? '')), 'In progress'))).toEqual(['Secret Ledger 1']);
  });

  test('what the root and a search give a taste of is never narrowed', async () => {
    const latest = ({ groups = [] }: Feed) => groups.find(({ metadata }) => metadata.title === 'Latest books');
    expect(latest(await get('catalog?status=read'))?.metadata).toEqual(latest(await get('catalog'))?.metadata);
    expect(await get('search?query=lamp&status=read')).toEqual(await get('search?query=lamp'));
  });

  test('collections and read lists leave their order', async () => {
    const [collection] = (await get('libraries/collections')).navigation ?? [];
    expect(titles(await get(relative(collection?.href ?? '')))).toEqual(['Secret Ledger', 'Lighthouse Mechanics']);
    const [list] = (await get('libraries/readlists')).navigation ?? [];
    expect(titles(await get(relative(list?.href ?? '')))[0]).toBe('Secret Ledger 1');
  });

  test('a final slash, the bare root and unknown parameters change nothing', async () => {
    expect(await get('')).toEqual(await get('catalog'));
    expect(await get('books/')).toEqual(await get('books'));
    expect(titles(await get('books?page={page}&size=-3&foo=%7B%7D'))).toEqual(titles(await get('books')));
  });
});

describe('publications', () => {
  test('the document of a book is the publication of every list', async () => {
    const { publications = [] } = await get('books?size=100');
    expect(publications.length).toBeGreaterThan(15);
    for (const publication of publications) {
      const self = relative(linkOf(publication, 'self')?.href ?? '');
      expect(await get<Publication>(self, 'application/opds-publication+json')).toEqual(publication);
    }
  });

  test('who wrote a book is its author, and the series says the position', async () => {
    const id = await bookId('Lighthouse Mechanics v02');
    const { metadata } = await get<Publication>(`books/${id}`, 'application/opds-publication+json');
    expect(metadata).toMatchObject({
      author: [{ name: 'Mara Quill' }],
      penciler: [{ name: 'Ines Tusche' }],
      numberOfPages: 4,
      published: '2019-03-02',
      belongsTo: { series: [{ name: 'Lighthouse Mechanics', position: 2 }] },
    });
  });

  test('files and covers are of the type that their links say', async () => {
    for (const name of ['all webp', 'scanned', 'novel', 'Volume 1']) {
      const id = await bookId(name);
      const { links, images = [] } = await get<Publication>(`books/${id}`, 'application/opds-publication+json');
      const file = links.find(({ rel }) => rel === 'http://opds-spec.org/acquisition');
      const answer = await ask(file?.href ?? '', basic(adminLogin));
      expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, file?.type]);
      for (const image of images) {
        const { body, headers } = await ask(image.href, basic(adminLogin));
        expect([headers.get('content-type'), pictureType(body)]).toEqual([image.type, image.type]);
      }
    }
  });

  test('both covers of every comic and PDF say how large they are, and are', async () => {
    const { publications = [] } = await get('books?size=100');
    const sizes = publications.flatMap(({ images = [] }) => images);
    for (const { href, width, height } of sizes) {
      const { body } = await ask(href, basic(adminLogin));
      expect([href, pictureSize(body)]).toEqual([href, { width, height }]);
    }
    expect(sizes.length).toBe(2 * publications.filter(({ images }) => images).length);
    expect(sizes.length).toBeGreaterThan(30);
  });

  const manifests: [name: string, types: string[]][] = [
    ['all jpeg', ['image/jpeg', 'image/jpeg']],
    ['mixed', ['image/jpeg', 'image/webp', 'image/png']],
    ['scanned', ['image/jpeg', 'image/jpeg']],
    ['Volume 1', ['image/jpeg', 'image/jpeg', 'image/jpeg']],
  ];
  test.each(manifests)('the Divina manifest of %s lists its pages in their own types', async (name, types) => {
    const path = `books/${await bookId(name)}/manifest/divina`;
    const { readingOrder = [], metadata } = await get<Publication>(path, 'application/divina+json');
    expect(readingOrder.map(({ type }) => type)).toEqual(types);
    expect(metadata['conformsTo']).toBe('https://readium.org/webpub-manifest/profiles/divina');
    for (const { href, type, alternate = [] } of readingOrder) {
      for (const way of [{ href, type }, ...alternate]) {
        const { body, headers } = await ask(way.href, basic(adminLogin));
        expect([headers.get('content-type'), pictureType(body)]).toEqual([way.type, way.type]);
      }
    }
    expect(readingOrder.filter(({ alternate }) => alternate).length).toBe(
      types.filter((type) => type === 'image/webp').length,
    );
  });

  test('an EPUB has its documents in order, what they need, and the places in it', async () => {
    const id = await bookId('novel');
    for (const path of ['manifest', 'manifest/epub']) {
      const {
        readingOrder = [],
        metadata,
        links,
      } = await get<Publication>(`books/${id}/${path}`, 'application/webpub+json');
      expect(metadata['conformsTo']).toBe('https://readium.org/webpub-manifest/profiles/epub');
      expect(metadata['layout']).toBe('reflowable');
      expect(readingOrder.map(({ href }) => href)).toEqual(
        ['a', 'b'].map((name) => `${app.base}/opds/v2/books/${id}/resource/${name}.xhtml`),
      );
      for (const { href, type } of readingOrder) {
        const { status, headers } = await ask(href, basic(adminLogin));
        expect([status, headers.get('content-type')]).toEqual([200, type]);
      }
      const places = links.find(({ rel }) => rel === 'http://readium.org/position-list');
      const { body, headers } = await ask(places?.href ?? '', basic(adminLogin));
      expect(headers.get('content-type')).toBe(places?.type);
      const { total, positions } = JSON.parse(body.toString()) as { total: number; positions: Link[] };
      expect(total).toBe(2);
      expect(positions.map(({ href }) => href)).toEqual(readingOrder.map(({ href }) => href));
    }
    await app.anonymous.get(`/opds/v2/books/${id}/resource/a.xhtml`).expect(401);
    await app.admin.get(`/opds/v2/books/${id}/resource/c.xhtml`).expect(404);
    await app.admin.get(`/opds/v2/books/${await bookId('all png')}/positions`).expect(404);
  });

  test('a page of a PDF is there as a PDF too', async () => {
    const { status, headers, body } = await ask(
      `${app.base}/opds/v2/books/${await bookId('scanned')}/pages/2/raw`,
      basic(adminLogin),
    );
    expect([status, headers.get('content-type'), body.subarray(0, 5).toString()]).toEqual([
      200,
      'application/pdf',
      '%PDF-',
    ]);
  });

  test('the manifest of a PDF is the file, that of others their pages; each kind has its own', async () => {
    const pdf = await get<Publication>(`books/${await bookId('scanned')}/manifest`, 'application/webpub+json');
    expect(pdf.readingOrder).toMatchObject([{ type: 'application/pdf' }]);
    await get(`books/${await bookId('all png')}/manifest`, 'application/divina+json');
    await app.admin.get(`/opds/v2/books/${await bookId('novel')}/manifest/divina`).expect(404);
    await app.admin.get(`/opds/v2/books/${await bookId('all png')}/manifest/epub`).expect(404);
    await app.admin.get(`/opds/v2/books/${await bookId('all png')}/manifest/pdf`).expect(404);
  });

  test('pages are counted from 1, and there is none before or beyond', async () => {
    const id = await bookId('all png');
    const status = async (number: string) => (await app.admin.get(`/opds/v2/books/${id}/pages/${number}`)).status;
    expect(await Promise.all(['0', '1', '2', '3', 'x'].map(status))).toEqual([404, 200, 200, 404, 400]);
  });
});

describe('progression', () => {
  const type = 'application/vnd.readium.progression+json';
  const at = (position: number, modified: string) => ({
    modified,
    device: { id: 'urn:uuid:1', name: 'Reader' },
    locator: { href: 'page', type: 'image/jpeg', locations: { position } },
  });

  test('none is 204; what is put is given back, unless something newer is there', async () => {
    const path = `/opds/v2/books/${await bookId('mixed')}/progression`;
    await app.admin.get(path).expect(204);
    const put = (position: number, modified: string) =>
      app.admin
        .put(path)
        .set('Content-Type', type)
        .send(JSON.stringify(at(position, modified)));
    await put(2, '2026-01-02T00:00:00Z').expect(204);
    await put(1, '2026-01-01T00:00:00Z').expect(409);
    const response = await app.admin.get(path).expect(200);
    expect(response.headers['content-type']).toBe(type);
    expect(JSON.parse(response.text)).toMatchObject(at(2, '2026-01-02T00:00:00Z'));
  });
});

describe('a place that was marked by page', () => {
  interface Place {
    device: { id: string; name: string };
    locator: { href?: string; type?: string; locations: { position?: number; fragments?: string[] } };
  }
  const placeIn = async (name: string, page: number): Promise<Place> => {
    const id = await bookId(name);
    await app.admin.patch(`/api/v1/books/${id}/read-progress`).send({ page }).expect(204);
    const { body } = await ask(`${app.base}/opds/v2/books/${id}/progression`, basic(adminLogin));
    return JSON.parse(body.toString()) as Place;
  };

  test.each(['all webp', 'Volume 1'])('in %s is found in the reading order, and has a device', async (name) => {
    const { device, locator } = await placeIn(name, 2);
    const path = `books/${await bookId(name)}/manifest/divina`;
    const { readingOrder = [] } = await get<Publication>(path, 'application/divina+json');
    expect(locator).toMatchObject({ href: readingOrder[1]?.href, type: readingOrder[1]?.type });
    expect(device).toEqual({ id: 'urn:kiremisu:device:server', name: 'KireMisu' });
  });

  test('in a PDF is a page of the file', async () => {
    const { locator } = await placeIn('scanned', 2);
    const pdf = await get<Publication>(`books/${await bookId('scanned')}/manifest/pdf`, 'application/webpub+json');
    expect(locator).toMatchObject({ href: pdf.readingOrder?.[0]?.href, type: 'application/pdf' });
    expect(locator.locations).toMatchObject({ position: 2, fragments: ['page=2'] });
  });

  test('in a text is found in the reading order, whoever marked it and however', async () => {
    const id = await bookId('novel');
    const place = {
      ...{ modified: '2026-03-01T00:00:00Z', device: { id: 'urn:uuid:3', name: 'Phone' } },
      locator: { href: 'b.xhtml', type: 'application/xhtml+xml', locations: { progression: 0 } },
    };
    await app.admin
      .put(`/api/v1/books/${id}/progression`)
      .set('Content-Type', 'application/json')
      .send(JSON.stringify(place))
      .expect(204);
    const { body } = await ask(`${app.base}/opds/v2/books/${id}/progression`, basic(adminLogin));
    const { device, locator } = JSON.parse(body.toString()) as Place;
    const { readingOrder = [] } = await get<Publication>(`books/${id}/manifest/epub`, 'application/webpub+json');
    expect([device.id, locator.href]).toEqual(['urn:uuid:3', readingOrder[1]?.href]);
  });
});

describe('login', () => {
  test('401 carries the authentication document, the challenge and a link to the document', async () => {
    const key = '0123456789abcdef0123456789abcdef';
    for (const path of ['/opds/v2/catalog', '/opds/v2', `/opds/${key}/v2/catalog`, '/opds/v2/books/x/pages/1']) {
      const response = await app.anonymous.get(path).expect(401);
      expect(response.headers['content-type']).toBe('application/opds-authentication+json');
      expect(response.headers['www-authenticate']).toMatch(/^Basic realm=/);
      expect(response.headers['link']).toBe(
        `<${app.base}/opds/v2/auth>; rel="http://opds-spec.org/auth/document"; type="application/opds-authentication+json"`,
      );
      const { body } = await ask(`${app.base}/opds/v2/auth`, null);
      expect(JSON.parse(response.text)).toEqual(JSON.parse(body.toString()));
    }
  });

  test('the document says where it lies and asks for name and password', async () => {
    const { status, body } = await ask(`${app.base}/opds/v2/auth`, null);
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject({
      id: `${app.base}/opds/v2/auth`,
      authentication: [{ type: 'http://opds-spec.org/auth/basic', labels: { login: 'E-mail', password: 'Password' } }],
    });
  });

  test('its logo is a picture that needs no login either', async () => {
    const { body } = await ask(`${app.base}/opds/v2/auth`, null);
    const { links = [] } = JSON.parse(body.toString()) as { links?: Link[] };
    const logo = links.find(({ rel }) => rel === 'logo');
    const answer = await ask(logo?.href ?? '', null);
    expect([answer.status, answer.headers.get('content-type'), pictureType(answer.body)]).toEqual([
      ...[200, 'image/png', 'image/png'],
    ]);
  });
});
