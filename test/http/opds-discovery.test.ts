import { readFileSync } from 'node:fs';
import path from 'node:path';
import { publicId } from '../../src/base/public-id';
import { routeOf } from '../../src/web/routes';
import { useCatalogue } from '../support/catalogue';
import { linksOf } from '../support/opds-entry-rules';
import { childrenOf } from '../support/opds-words';
import { attribute, xmlTree } from '../support/xml-tree';

/** From one version to the other, from both to the pages of the web UI, and back (opds.md §4.12). */
const catalogue = useCatalogue({ withPage: true });
const { app } = catalogue;

interface JsonLink {
  rel: string;
  href: string;
  type?: string;
}
interface Json {
  links: JsonLink[];
  publications?: Json[];
}

const isPage = ({ rel, type }: JsonLink) => rel === 'alternate' && type === 'text/html';

async function pages1(address: string): Promise<{ feed: string[]; entries: string[] }> {
  const { text } = await app.admin.get(address).buffer(true).expect(200);
  const { root } = xmlTree(text);
  if (root === null) throw new Error(`${address} is no XML`);
  const of = (element: typeof root) =>
    linksOf(element, 'alternate').flatMap((link) =>
      attribute(link, 'type') === 'text/html' ? [attribute(link, 'href') ?? ''] : [],
    );
  return { feed: of(root), entries: childrenOf(root, 'entry').flatMap(of) };
}

async function pages2(address: string): Promise<{ feed: string[]; entries: string[] }> {
  const { links, publications = [] } = JSON.parse((await app.admin.get(address).buffer(true).expect(200)).text) as Json;
  const of = (all: JsonLink[]) => all.filter(isPage).map(({ href }) => href);
  return { feed: of(links), entries: publications.flatMap((one) => of(one.links)) };
}

const subjects = async () => {
  const book = await catalogue.book('Lighthouse Mechanics v02');
  return { book: publicId(book.id), series: publicId(book.seriesId), library: publicId(book.libraryId) };
};

test('a book leads to its page in the web UI in both versions, and so do the feeds of root, library and series', async () => {
  const { book, series, library } = await subjects();
  for (const found of [await pages1(`/opds/v1.2/series/${series}`), await pages2(`/opds/v2/series/${series}`)]) {
    expect(found.feed).toEqual([`${app.base}/series/${series}`]);
    expect(found.entries).toHaveLength(5);
    expect(found.entries).toContain(`${app.base}/book/${book}/details`);
  }
  expect((await pages1('/opds/v1.2/catalog')).feed).toEqual([`${app.base}/`]);
  expect((await pages2('/opds/v2/catalog')).feed).toEqual([`${app.base}/`]);
  expect((await pages1(`/opds/v1.2/libraries/${library}`)).feed).toEqual([`${app.base}/libraries/${library}`]);
  expect((await pages2(`/opds/v2/libraries/${library}`)).feed).toEqual([`${app.base}/libraries/${library}`]);
  const list = publicId((await app.db('read_list').where({ name: 'Rainy days' }).first<{ id: string }>()).id);
  expect((await pages1(`/opds/v1.2/readlists/${list}`)).feed).toEqual([`${app.base}/readlists/${list}`]);
  expect((await pages2(`/opds/v2/readlists/${list}`)).feed).toEqual([`${app.base}/readlists/${list}`]);
});

test('the addresses are HTML, and pages that the web UI has', async () => {
  const { series, library } = await subjects();
  const found = await pages1(`/opds/v1.2/series/${series}`);
  const all = [...found.feed, ...found.entries, ...(await pages1(`/opds/v1.2/libraries/${library}`)).feed];
  for (const url of all) {
    const { pathname } = new URL(url);
    const response = await app.anonymous.get(pathname).expect(200);
    expect(response.headers['content-type']).toMatch(/^text\/html/);
    expect(routeOf(pathname).page).not.toBe('not-found');
  }
});

test('they carry no key of the address by which the catalogue was asked', async () => {
  const made = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'discovery' }).expect(200);
  const { key } = made.body as { key: string };
  const { series } = await subjects();
  for (const found of [
    await pages1(`/opds/${key}/v1.2/series/${series}`),
    await pages2(`/opds/${key}/v2/series/${series}`),
  ]) {
    expect([...found.feed, ...found.entries]).toHaveLength(6);
    expect([...found.feed, ...found.entries].filter((url) => url.includes(key) || url.includes('/opds'))).toEqual([]);
  }
});

test('every page of the web UI leads to both catalogues', async () => {
  const text = readFileSync(path.resolve(__dirname, '../../src/web/index.html'), 'utf8');
  const links = [...text.matchAll(/<link\s[^>]*rel="alternate"[^>]*>/gu)].map(([link]) => link);
  const [atom, json] = [
    links.find((link) => link.includes('atom+xml')),
    links.find((link) => link.includes('opds+json')),
  ];
  expect(atom).toMatch(/profile=opds-catalog/);
  for (const [link, address] of [
    [atom, 'opds/v1.2/catalog'],
    [json, 'opds/v2/catalog'],
  ]) {
    expect(link).toContain(`href="${address}"`);
    await app.admin.get(`/${address}`).expect(200);
  }
});
