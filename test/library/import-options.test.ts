import { requestFolderScan } from '../../src/library/requests';
import { updateLibrary, type LibraryOptions } from '../../src/library/libraries';
import { cbz, put, zipOf } from '../support/book-builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();

afterEach(() => database.db('library').delete());

function epub(): Buffer {
  const opf = `<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:title>Of the package</dc:title><dc:publisher>Press</dc:publisher></metadata><manifest>
    <item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>`;
  const container = `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`;
  const text = `<html xmlns="http://www.w3.org/1999/xhtml"><body>${'word '.repeat(20)}</body></html>`;
  const files = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': container,
    'b.opf': opf,
    'a.xhtml': text,
  };
  return zipOf(Object.entries(files).map(([name, data]) => ({ name, data: Buffer.from(data) })));
}

const description = JSON.stringify({
  metadata: {
    ...{
      type: 'comicSeries',
      publisher: 'Mylar',
      name: 'N',
      comicid: 1,
      year: 2020,
      booktype: 'Print',
      comic_image: 'x',
    },
    ...{ total_issues: 12, publication_run: 'x', status: 'Ended' },
  },
});

const namesIn = (table: string) => database.db<{ name: string }>(table).orderBy('name').pluck('name');
const comic = (comicInfo: Record<string, string>) => async () => ({ 'A/1.cbz': await cbz({ comicInfo }) });

interface Source {
  option: keyof LibraryOptions;
  files: () => Promise<Record<string, Buffer | string>> | Record<string, Buffer | string>;
  shown: (shelf: Shelf) => Promise<unknown>;
  without: unknown;
  with: unknown;
}

const sources: Source[] = [
  {
    option: 'importEpubBook',
    files: () => ({ 'A/1.epub': epub() }),
    shown: async (shelf) => (await shelf.books())[0]?.title,
    ...{ without: '1', with: 'Of the package' },
  },
  {
    option: 'importEpubSeries',
    files: () => ({ 'A/1.epub': epub() }),
    shown: async (shelf) => (await shelf.series())[0]?.publisher,
    ...{ without: '', with: 'Press' },
  },
  {
    option: 'importComicInfoSeries',
    files: comic({ Publisher: 'House' }),
    shown: async (shelf) => (await shelf.series())[0]?.publisher,
    ...{ without: '', with: 'House' },
  },
  {
    option: 'importMylarSeries',
    files: async () => ({ 'A/1.cbz': await cbz(), 'A/series.json': description }),
    shown: async (shelf) => (await shelf.series())[0]?.publisher,
    ...{ without: '', with: 'Mylar' },
  },
  {
    option: 'importComicInfoReadList',
    files: comic({ StoryArc: 'Arc', AlternateSeries: 'Crossover', AlternateNumber: '3' }),
    shown: () => namesIn('readList'),
    ...{ without: [], with: ['Arc', 'Crossover'] },
  },
  {
    option: 'importComicInfoCollection',
    files: comic({ SeriesGroup: 'Universe' }),
    shown: () => namesIn('collection'),
    ...{ without: [], with: ['Universe'] },
  },
];

test.each(sources)('$option lets its source in when it is switched on, and keeps it out before', async (source) => {
  await database.db('readList').delete();
  await database.db('collection').delete();
  const shelf = await newShelf({ hashFiles: false, [source.option]: false });
  for (const [at, data] of Object.entries(await source.files())) put(shelf.root, at, data);
  await shelf.scanAll();
  expect(await source.shown(shelf)).toEqual(source.without);
  await updateLibrary(context(), shelf.library.id, { [source.option]: true });
  await drain();
  expect(await source.shown(shelf)).toEqual(source.with);
  // and where it was on from the beginning
  await database.db('readList').delete();
  await database.db('collection').delete();
  const other = await newShelf({ hashFiles: false });
  for (const [at, data] of Object.entries(await source.files())) put(other.root, at, data);
  await other.scanAll();
  expect(await source.shown(other)).toEqual(source.with);
});

test('each fingerprint that is switched on is made of the books that have none', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  await updateLibrary(context(), shelf.library.id, { hashFiles: true, hashKoreader: true, hashPages: true });
  await drain();
  const [book] = await shelf.books();
  expect(book?.fileHash).toMatch(/^[0-9a-f]{32}$/);
  expect(book?.fileHashKoreader).toMatch(/^[0-9a-f]{32}$/);
  expect(await database.db('pageHash').where({ bookId: book!.id })).toHaveLength(2);
});

test('sizes of pages are looked at only where the library wants them', async () => {
  const shelf = await newShelf({ hashFiles: false, analyzeDimensions: false });
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const [media] = await database.db<{ pages: { width: number | null }[] }>('bookMedia').select('pages');
  expect(media?.pages.map(({ width }) => width)).toEqual([null, null]);
});

test('the scan of one series is that of its folder, of the folder of a one-shot, of all where it lies in the root', async () => {
  const shelf = await newShelf({ hashFiles: false, oneshotsDirectory: 'Singles' });
  for (const at of ['1.cbz', 'A/B/1.cbz', 'Singles/Fox.cbz']) put(shelf.root, at, await cbz());
  await shelf.scanAll();
  const folders: unknown[] = [];
  for (const { id } of await shelf.series()) {
    await requestFolderScan(context(), id);
    const { rows } = await database.db.raw<{ rows: { folder: string | null }[] }>(
      `select payload->'payload'->>'folder' as folder from graphile_worker._private_jobs`,
    );
    folders.push(...rows.map(({ folder }) => folder));
    await database.db.raw('delete from graphile_worker._private_jobs');
  }
  expect(folders).toEqual([null, 'A/B', 'Singles']);
});

test('a deep scan tries files again that could not be read, an ordinary one leaves them alone', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', 'no archive');
  await shelf.scanAll();
  const [broken] = await shelf.books();
  expect(broken?.mediaStatus).toBe('UNSUPPORTED');
  const analyzedAt = async () => (await shelf.books())[0]!.mediaModifiedAt;
  await shelf.scanAll();
  expect(await analyzedAt()).toEqual(broken!.mediaModifiedAt);
  await shelf.scan({ deep: true });
  await drain();
  expect(await analyzedAt()).not.toEqual(broken!.mediaModifiedAt);
});
