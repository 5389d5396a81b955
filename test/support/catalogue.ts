import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { silentLog } from '../../src/base/log';
import type { Database } from '../../src/db/database';
import { loadWebFiles } from '../../src/http/ui/web-files';
import { scanLibrary } from '../../src/library/scan';
import { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import { Series } from '../../src/model/series';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain } from '../library/support';
import { useApp, type TestApp } from './app';
import { cbz, picture, put, zipOf } from './book-builders';
import { buildPdf, imagePage } from './pdf-builder';
import { aCollection, aLibrary, aProgress, aReadList } from './builders';

/** A server with two libraries of real files, scanned and analysed, and everything that a catalogue can list. */
export interface Catalogue {
  app: TestApp;
  /** What a restricted reader may see, and what nobody but the administrator may. */
  open: Library;
  hidden: Library;
  series(title: string): Promise<Series>;
  book(name: string): Promise<Book>;
  /** Sees `open` only, and nothing for adults in it. */
  restricted: { email: string; password: string };
}

/** Parts of everything that is hidden from the restricted reader: titles, people, publishers, genres, tags, names of lists. */
export const hiddenWords = ['Secret Ledger', 'Grown-up Matters', 'Vera Verborgen', 'Veiled Press', 'Noir', 'Vault'];

async function pictureAs(format: 'png' | 'webp' | 'gif', number: number): Promise<Buffer> {
  return sharp(await picture(number))
    .toFormat(format)
    .toBuffer();
}

async function zipOfPictures(...formats: ('jpg' | 'png' | 'webp' | 'gif')[]): Promise<Buffer> {
  const files = formats.map(async (format, index) => ({
    name: `${index + 1}.${format}`,
    data: format === 'jpg' ? await picture(index) : await pictureAs(format, index),
  }));
  return zipOf(await Promise.all(files));
}

const xhtml = (title: string) =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>${title}</title></head><body><p>${title}</p></body></html>`;

/** A novel of two chapters: its text flows, so that it has no pages to stream. */
function epub(): Buffer {
  const files: Record<string, string> = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': `<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
    'book.opf': `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:uuid:1</dc:identifier><dc:title>The lamp, a novel</dc:title><dc:language>en</dc:language></metadata><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>`,
    'a.xhtml': xhtml('One'),
    'b.xhtml': xhtml('Two'),
  };
  return zipOf(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })));
}

async function putOtherKinds(root: string): Promise<void> {
  put(
    root,
    'Other kinds/scanned.pdf',
    buildPdf([imagePage(await picture(61), 40, 60), imagePage(await picture(62), 40, 60)]),
  );
  put(root, 'Other kinds/novel.epub', epub());
  for (const page of [1, 2, 3]) put(root, `Loose pages/Volume 1/${page}.jpg`, await picture(70 + page));
}

async function putOpen(root: string): Promise<void> {
  for (let number = 1; number <= 5; number++) {
    const comicInfo = {
      ...{ Series: 'Lighthouse Mechanics', Number: number, Title: `The ${number}. lamp`, Writer: 'Mara Quill' },
      ...{ Publisher: 'Tidewater Press', Genre: 'Slice of Life', Tags: 'sea', Summary: 'Clocks &amp; lamps.' },
      ...{ Year: 2019, Month: 3, Day: number, LanguageISO: 'en', Penciller: 'Ines Tusche' },
    };
    put(
      root,
      `Lighthouse Mechanics/Lighthouse Mechanics v0${number}.cbz`,
      await cbz({ pages: 4, seed: number, comicInfo }),
    );
  }
  put(root, 'Night Tram/Night Tram 1.cbz', await cbz({ pages: 2, seed: 11 }));
  put(root, 'Night Tram/Night Tram 2.cbz', Buffer.from('no archive at all'));
  put(root, 'Paper Gardens/all jpeg.cbz', await zipOfPictures('jpg', 'jpg'));
  put(root, 'Paper Gardens/all png.cbz', await zipOfPictures('png', 'png'));
  put(root, 'Paper Gardens/all gif.cbz', await zipOfPictures('gif'));
  put(root, 'Paper Gardens/all webp.cbz', await zipOfPictures('webp', 'webp'));
  put(root, 'Paper Gardens/mixed.cbz', await zipOfPictures('jpg', 'webp', 'png'));
  put(root, 'Tom & Jerry <again>/100% #1? [a&b]; 漫画.cbz', await cbz({ seed: 21 }));
  put(root, '静かな灯台/第1巻.cbz', await cbz({ seed: 31 }));
  put(
    root,
    'Grown-up Matters/one.cbz',
    await cbz({ seed: 41, comicInfo: { AgeRating: 'Adults Only 18+', Genre: 'Noir' } }),
  );
}

async function putHidden(root: string): Promise<void> {
  const comicInfo = { Writer: 'Vera Verborgen', Publisher: 'Veiled Press', Genre: 'Noir', Tags: 'Vault' };
  for (const number of [1, 2])
    put(root, `Secret Ledger/Secret Ledger ${number}.cbz`, await cbz({ seed: 50 + number, comicInfo }));
}

async function fill(db: Database, userIds: string[]): Promise<void> {
  const book = (name: string) => Book.query(db).findOne({ name }).throwIfNotFound();
  const series = (title: string) => Series.query(db).findOne({ title }).throwIfNotFound();
  const lamps = await Promise.all([1, 2, 3].map((number) => book(`Lighthouse Mechanics v0${number}`)));
  const secret = await book('Secret Ledger 1');
  await aCollection(db, [await series('Secret Ledger'), await series('Lighthouse Mechanics')], { name: 'By the sea' });
  await aCollection(db, [await series('Secret Ledger')], { name: 'The Vault' });
  await aReadList(db, [secret, ...lamps], { name: 'Rainy days', summary: 'For the evening' });
  await aReadList(db, [secret], { name: 'Vault only' });
  for (const userId of userIds) {
    await aProgress(db, await book('all png'), { userId, page: 2 });
    if (lamps[0]) await aProgress(db, lamps[0], { userId, completed: true });
    await aProgress(db, secret, { userId, page: 1 });
  }
}

const page = { mediaType: 'text/html; charset=utf-8', data: Buffer.from('<!doctype html>'), etag: 'W/"page"' };

/** `const catalogue = useCatalogue();` at the top of a test file. `withPage`: a page stands for that of the web UI. */
export function useCatalogue({ withPage = false } = {}): Catalogue {
  const app = useApp(async () => {
    const webFiles = await loadWebFiles(path.resolve(__dirname, '../../src/web/public'));
    return { webFiles: withPage ? webFiles.set('/index.html', page) : webFiles };
  });
  const held: Partial<Pick<Catalogue, 'open' | 'hidden' | 'restricted'>> = {};
  const folders: string[] = [];

  async function libraryIn(name: string, write: (root: string) => Promise<void>): Promise<Library> {
    const root = mkdtempSync(path.join(tmpdir(), 'kiremisu-catalogue-'));
    folders.push(root);
    await write(root);
    const library = await aLibrary(app.db, { name, root, hashFiles: false });
    await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
    return library;
  }

  beforeAll(async () => {
    await migrateQueue(app.url, silentLog());
    held.open = await libraryIn('Manga & more', async (root) => {
      await putOpen(root);
      await putOtherKinds(root);
    });
    held.hidden = await libraryIn('The Vault', putHidden);
    await drain(app);
    const restricted = await app.user('restricted@example.org', {
      sharedLibraries: { all: false, libraryIds: [held.open.id] },
      ageRestriction: { age: 18, mode: 'EXCLUDE' },
    });
    held.restricted = restricted;
    await fill(app.db, [app.adminId, restricted.id]);
  });
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  const known = <K extends keyof typeof held>(key: K) => {
    const value = held[key];
    if (value === undefined) throw new Error('The catalogue is there inside tests only');
    return value as NonNullable<(typeof held)[K]>;
  };
  return {
    app,
    get open() {
      return known('open');
    },
    get hidden() {
      return known('hidden');
    },
    get restricted() {
      return known('restricted');
    },
    series: async (title) => Series.query(app.db).findOne({ title }).throwIfNotFound(),
    book: async (name) => Book.query(app.db).findOne({ name }).throwIfNotFound(),
  };
}
