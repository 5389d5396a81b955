import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { adminLogin } from '../support/app';
import { put, picture, zipOf } from '../support/book-builders';
import { until } from '../jobs/support';
import { judgeFetched } from '../support/judged-fetch';
import { startServer, untilScanned, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';
import { attribute, xmlTree, type XmlElement } from '../support/xml-tree';

jest.setTimeout(120_000);
judgeFetched();

const folder = temporaryFolder();
let server: ServerProcess;
let archive: string;
const pages: Buffer[] = [];

beforeAll(async () => {
  const comics = path.join(folder.path, 'Comics');
  await mkdir(comics);
  for (let number = 1; number <= 3; number++) pages.push(await picture(number));
  const files = pages.map((data, index) => ({ name: `p${index + 1}.jpg`, data }));
  archive = put(comics, 'Glass Harbour/Glass Harbour 1.cbz', zipOf(files));
  put(comics, 'Glass Harbour/Glass Harbour 2.cbz', zipOf(files.slice(0, 2)));
  server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics] });
  await untilScanned(server, 2);
});

afterAll(() => server?.stop());

const elements = (root: XmlElement | null, local: string): XmlElement[] =>
  root === null
    ? []
    : [...(root.local === local ? [root] : []), ...root.children.flatMap((child) => elements(child, local))];

interface FeedLink {
  rel: string;
  href: string;
  type: string;
}

async function feed(href: string) {
  const response = await server.get(href);
  expect(response.status).toBe(200);
  const { root, faults } = xmlTree(await response.text());
  expect(faults).toEqual([]);
  const linksOf = (element: XmlElement): FeedLink[] =>
    element.children
      .filter(({ local }) => local === 'link')
      .map((link) => ({
        rel: attribute(link, 'rel') ?? '',
        href: attribute(link, 'href') ?? '',
        type: attribute(link, 'type') ?? '',
      }));
  return elements(root, 'entry').map((entry) => ({
    title: entry.children.find(({ local }) => local === 'title')?.text ?? '',
    links: linksOf(entry),
    stream: entry.children.find((child) => attribute(child, 'pse:count') !== undefined),
  }));
}

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

test('an OPDS reader finds its way from the catalog to a page, and to the file, byte by byte', async () => {
  expect((await fetch(`${server.base}/opds/v1.2/catalog`)).headers.get('www-authenticate')).toMatch(/^Basic/);
  const root = await feed('/opds/v1.2/catalog');
  const all = root.flatMap(({ links }) => links).find(({ href }) => /\/series$/.test(href));
  const series = (await feed(all?.href ?? '')).find(({ title }) => title === 'Glass Harbour');
  const books = await feed(series?.links.find(({ type }) => type.includes('opds-catalog'))?.href ?? '');
  expect(books.map(({ title }) => title)).toEqual(['Glass Harbour 1', 'Glass Harbour 2']);
  const [first] = books;
  const stream = first?.stream;
  expect(stream && attribute(stream, 'pse:count')).toBe('3');

  const template = (stream && attribute(stream, 'href')) ?? '';
  const address = template.replace('{pageNumber}', '1').replace('{maxWidth}', '2000');
  const page = await server.get(address);
  expect(page.headers.get('content-type')).toBe('image/jpeg');
  expect((await bytesOf(page)).equals(pages[1] ?? Buffer.alloc(0))).toBe(true);
  expect((await server.get(template.replace('{pageNumber}', '3').replace('{maxWidth}', '2000'))).status).toBe(404);

  const acquisition = first?.links.find(({ rel }) => rel === 'http://opds-spec.org/acquisition');
  const file = await server.get(acquisition?.href ?? '');
  expect(file.headers.get('content-type')).toBe(acquisition?.type);
  expect((await bytesOf(file)).equals(await readFile(archive))).toBe(true);
});

interface MihonPage<T> {
  content: T[];
  last: boolean;
}

test("Mihon's extension logs in after a 401, browses and reads; its tracker lives on the session cookie", async () => {
  const list = '/api/v1/series?search=&page=0&deleted=false&sort=metadata.titleSort%2Casc';
  expect((await fetch(server.base + list)).status).toBe(401);
  const popular = await server.get(list);
  const cookie = popular.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(cookie).toMatch(/^KOMGA-SESSION=/);
  const { content, last } = (await popular.json()) as MihonPage<{ id: string; booksCount: number }>;
  expect({ titles: content.length, last }).toEqual({ titles: 1, last: true });
  const seriesId = content[0]?.id ?? '';

  const chapters = await server.json<MihonPage<{ id: string; metadata: { numberSort: number } }>>(
    `/api/v1/series/${seriesId}/books?unpaged=true&media_status=READY&deleted=false`,
  );
  expect(chapters.content.map(({ metadata }) => metadata.numberSort)).toEqual([1, 2]);
  const pagesUrl = `/api/v1/books/${chapters.content[0]?.id}/pages`;
  const pageList = await server.json<{ number: number; mediaType: string }[]>(pagesUrl);
  const image = await server.get(`${pagesUrl}/${pageList[2]?.number}`, { accept: 'image/*,*/*;q=0.8' });
  expect((await bytesOf(image)).equals(pages[2] ?? Buffer.alloc(0))).toBe(true);
  expect((await server.get(`/api/v1/series/${seriesId}/thumbnail`)).headers.get('content-type')).toBe('image/jpeg');

  const tracker = `${server.base}/api/v2/series/${seriesId}/read-progress/tachiyomi`;
  const marked = await fetch(tracker, {
    method: 'PUT',
    headers: { cookie, 'content-type': 'application/json' },
    body: '{"lastBookNumberSortRead":1.0}',
  });
  expect(marked.status).toBe(204);
  const progress: unknown = await (await fetch(tracker, { headers: { cookie } })).json();
  expect(progress).toMatchObject({
    booksCount: 2,
    booksReadCount: 1,
    lastReadContinuousNumberSort: 1,
    maxNumberSort: 2,
  });
});

test('every line of the log of a request carries its correlation id, down to the background work it causes', async () => {
  const login = Buffer.from(`${adminLogin.email}:${adminLogin.password}`).toString('base64');
  const [library] = await server.json<{ id: string }[]>('/api/v1/libraries');
  const correlationId = 'a-correlation-id-of-this-test';
  const response = await fetch(`${server.base}/api/v1/libraries/${library?.id}/scan`, {
    method: 'POST',
    headers: { authorization: `Basic ${login}`, 'x-request-id': correlationId },
  });
  expect(response.headers.get('x-request-id')).toBe(correlationId);
  const messages = () => server.log.filter((line) => line['correlationId'] === correlationId).map(({ msg }) => msg);
  await until('the scan is told in the log', () => messages().includes('scanned'));
  expect(messages()).toContain('request');
});
