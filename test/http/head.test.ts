import type { Response } from 'supertest';
import { publicId } from '../../src/base/public-id';
import type { Route } from '../../src/http/route';
import { Poster } from '../../src/model/poster';
import { useCatalogue } from '../support/catalogue';
import { filled, routeTable } from '../support/routes';

/** Every GET of the table, on a library of real files: HEAD is the same without the body (RFC 9110 §9.3.2). */
const catalogue = useCatalogue({ withPage: true });
const { app } = catalogue;
const ids: Record<string, string> = {};
/** Endless, ending what the test lives on, or different at every look. */
const others = ['getEvents', 'postLogout', 'getMetrics'];
const gets = routeTable().filter(({ method, id }) => method === 'get' && !others.includes(id));

beforeAll(async () => {
  const [book, epub] = [await catalogue.book('Lighthouse Mechanics v02'), await catalogue.book('novel')];
  const poster = await Poster.query(app.db).findOne({ bookId: book.id }).throwIfNotFound();
  const list = async (table: string, name: string) =>
    publicId((await app.db(table).where({ name }).first<{ id: string }>()).id);
  Object.assign(ids, {
    ...{
      libraries: publicId(catalogue.open.id),
      series: publicId(book.seriesId),
      books: publicId(book.id),
      pages: '1',
    },
    ...{ collections: await list('collection', 'By the sea'), readlists: await list('read_list', 'Rainy days') },
    ...{ users: publicId(app.adminId), thumbnails: publicId(poster.id), epub: publicId(epub.id) },
    ...{ metrics: 'komga.books' },
  });
});

/** What must be the same. `Vary` and the encoding are those of bodies that are packed. */
const compared = [
  'content-type',
  'content-length',
  'content-disposition',
  'cache-control',
  'etag',
  'last-modified',
  'accept-ranges',
];

/** What is made while it is sent has no length in either, or one in both. */
const headersOf = ({ status, headers }: Response) => ({
  status,
  ...Object.fromEntries(compared.map((name) => [name, headers[name]])),
});

const ofEpub = ({ path }: Route) => /\/(positions|manifest\/epub|resource)/.test(path);

test('HEAD answers every address as GET does, without a body', async () => {
  const faults: string[] = [];
  let answered = 0;
  for (const route of gets) {
    const known = ofEpub(route) ? { ...ids, books: ids['epub'] ?? '' } : ids;
    const address = filled(route, known).replace(/resource\/x$/, 'resource/a.xhtml');
    const plain = { 'Accept-Encoding': 'identity' };
    const whole = await app.admin.get(address).set(plain).buffer(true);
    const head = await app.admin.head(address).set(plain);
    if (whole.status === 200) answered++;
    const [wanted, got] = [JSON.stringify(headersOf(whole)), JSON.stringify(headersOf(head))];
    if (wanted !== got) faults.push(`${route.path}: GET ${wanted}, HEAD ${got}`);
  }
  expect(faults).toEqual([]);
  expect(gets.length - answered).toBeLessThan(45);
}, 120_000);
