import { readdirSync } from 'node:fs';
import path from 'node:path';
import { publicId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import { Library } from '../../src/model/library';
import { Collection, ReadList } from '../../src/model/reading';
import { Series } from '../../src/model/series';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic } from '../support/crawler';
import { fixtureFolder, promised } from '../support/fixture';

/**
 * What apps receive for a library of known files, document by document, as text beside the code. `{…}` stands for what differs
 * from one run or machine to the next: ids, the address of the server, sizes of files that an encoder made.
 */
const catalogue = useCatalogue();
const { app } = catalogue;
const symbols = new Map<string, string>();

/** Everything came and changed at moments that are known, one after the other in the order of the shelf. */
async function settle(): Promise<void> {
  await app.db.raw(
    `with placed as (select b.id, timestamptz '2026-01-01Z' + row_number() over (order by s.title_sort, b.number_sort, b.name) * interval '1 hour' as at
       from book b join series s on s.id = b.series_id)
     update book b set created_at = at, modified_at = at, metadata_modified_at = at, media_modified_at = at from placed p where p.id = b.id`,
  );
  await app.db.raw(
    `with placed as (select s.id, max(b.created_at) as at from series s join book b on b.series_id = s.id group by s.id)
     update series s set created_at = at, modified_at = at, metadata_modified_at = at, books_metadata_modified_at = at from placed p where p.id = s.id`,
  );
  for (const table of ['library', 'collection', 'read_list'])
    await app.db.raw(
      `update ${table} set created_at = timestamptz '2026-02-01Z', modified_at = timestamptz '2026-02-01Z'`,
    );
}

beforeAll(async () => {
  await settle();
  const name = (kind: string, rows: { id: string; name: string }[]) =>
    rows.forEach(({ id, name: text }) =>
      symbols.set(publicId(id), `{${kind} ${text.replace(/[^\p{L}\p{N}]+/gu, '-')}}`),
    );
  name('book', await Book.query(app.db));
  name('series', await Series.query(app.db));
  name('library', await Library.query(app.db));
  name('collection', await Collection.query(app.db));
  name('readlist', await ReadList.query(app.db));
});

const idOf = (symbol: string): string => [...symbols].find(([, known]) => known === symbol)?.[0] ?? symbol;

/** A document without what differs from run to run, one thing a line. */
function settled(text: string, isJson: boolean): string {
  const body = isJson ? `${JSON.stringify(JSON.parse(text), null, 1)}\n` : text;
  return body
    .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, (id) => symbols.get(id) ?? '{id}')
    .replaceAll(app.base, '{server}')
    .replace(/( length=")\d+/g, '$1{bytes}')
    .replace(/("size": )\d+/g, '$1"{bytes}"')
    .replace(/( - )[\d.]+ [KMG]?i?B/g, '$1{size}');
}

const lamps = '{series Lighthouse-Mechanics}';
const lamp = '{book Lighthouse-Mechanics-v02}';

const first: Record<string, string> = {
  ...{ catalog: 'catalog', 'search-description': 'search', 'keep-reading': 'keep-reading', ondeck: 'ondeck' },
  ...{ series: 'series', 'series-page': 'series?size=2&page=1', 'series-letter': 'series?letter=l' },
  ...{
    'series-search': 'series?search=tram',
    'series-unread': 'series?status=unread',
    'series-latest': 'series/latest',
  },
  ...{ letters: 'series/letters', 'one-series': `series/${lamps}`, 'one-series-read': `series/${lamps}?status=read` },
  ...{ books: 'books?size=3', 'books-latest': 'books/latest?size=3', 'books-begun': 'books?status=in-progress' },
  ...{ search: 'books?search=lamp', 'search-nothing': 'books?search=zzqx', book: `books/${lamp}` },
  ...{ 'book-pdf': 'books/{book scanned}', 'book-epub': 'books/{book novel}', 'book-folder': 'books/{book Volume-1}' },
  ...{ libraries: 'libraries', library: 'libraries/{library The-Vault}', collections: 'collections' },
  ...{ collection: 'collections/{collection By-the-sea}', readlists: 'readlists' },
  ...{ readlist: 'readlists/{readlist Rainy-days}', publishers: 'publishers', genres: 'genres', tags: 'tags' },
  ...{ status: 'status' },
};

const second: Record<string, string> = {
  ...{ catalog: 'catalog', libraries: 'libraries', library: 'libraries/{library The-Vault}' },
  ...{ browse: 'libraries/browse', 'browse-publisher': 'libraries/browse?publisher=Tidewater%20Press' },
  ...{ 'library-browse': 'libraries/{library The-Vault}/browse', 'keep-reading': 'libraries/keep-reading' },
  ...{ 'on-deck': 'libraries/on-deck', 'books-latest': 'libraries/books/latest?size=2' },
  ...{
    'library-books-latest': 'libraries/{library The-Vault}/books/latest',
    'series-latest': 'libraries/series/latest',
  },
  ...{ collections: 'libraries/collections', collection: 'collections/{collection By-the-sea}' },
  ...{ readlists: 'libraries/readlists', readlist: 'readlists/{readlist Rainy-days}', series: 'series?size=2&page=1' },
  ...{
    'one-series': `series/${lamps}?size=2`,
    'one-series-tag': `series/${lamps}?tag=sea&size=1`,
    books: 'books?size=2',
  },
  ...{ 'books-begun': 'books?status=in-progress', search: 'search?query=lamp', 'search-nothing': 'search?query=zzqx' },
  ...{ authentication: 'auth', publication: `books/${lamp}`, 'publication-pdf': 'books/{book scanned}' },
  ...{ 'publication-epub': 'books/{book novel}', 'publication-folder': 'books/{book Volume-1}' },
  ...{ manifest: `books/${lamp}/manifest`, 'manifest-mixed': 'books/{book mixed}/manifest/divina' },
  ...{ 'manifest-pdf': 'books/{book scanned}/manifest/pdf', 'manifest-epub': 'books/{book novel}/manifest/epub' },
  ...{ positions: 'books/{book novel}/positions', progression: 'books/{book all-png}/progression' },
  ...{ 'opds-progression': 'books/{book all-png}/opds-progression' },
};

const versions = [
  { root: 'v1.2', folder: 'answers/v1.2', extension: 'xml', documents: first },
  { root: 'v2', folder: 'answers/v2.0', extension: 'json', documents: second },
];

describe.each(versions)('$root', ({ root, folder, extension, documents }) => {
  test.each(Object.entries(documents))('%s is what we promise', async (name, address) => {
    const filled = address.replace(/\{[^}]*\}/g, idOf);
    const { status, body } = await ask(`${app.base}/opds/${root}/${filled}`, basic(adminLogin));
    expect([filled, status]).toEqual([filled, 200]);
    const text = settled(body.toString('utf8'), extension === 'json');
    expect(text).toBe(promised(`${folder}/${name}.${extension}`, text));
  });

  test('no promised answer is without its request', () => {
    const known = Object.keys(documents).map((name) => `${name}.${extension}`);
    expect(readdirSync(path.join(fixtureFolder, folder)).sort()).toEqual(known.sort());
  });
});
