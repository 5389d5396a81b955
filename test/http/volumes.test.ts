import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { Open } from 'unzipper';
import { publicId } from '../../src/base/public-id';
import { silentLog } from '../../src/base/log';
import { convertBook } from '../../src/library/convert-book';
import { deleteBookFile } from '../../src/library/delete-files';
import { repairExtension } from '../../src/library/repair-extension';
import { scanLibrary } from '../../src/library/scan';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain } from '../library/support';
import { useApp } from '../support/app';
import { aLibrary } from '../support/builders';
import { describeWithReference } from '../support/reference';
import { temporaryFolder } from '../support/temporary';

const folder = temporaryFolder();
const app = useApp();
beforeAll(() => migrateQueue(app.url, silentLog()));

interface ManifestFile {
  path: string;
  expected: { pages?: { sha256: string }[] };
}

describeWithReference('an archive in volumes', (reference) => {
  const corpus = path.join(reference, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as { files: ManifestFile[] };
  const first = 'archives/rar/volumes/book.part1.rar';
  const parts = [1, 2, 3, 4];
  const pages = files.find((file) => file.path === first)?.expected.pages ?? [];
  /** Nobody has written to it for a while. */
  function bring(root: string, part: number): void {
    const target = path.join(root, `Series/book.part${part}.rar`);
    copyFileSync(path.join(corpus, first.replace('part1', `part${part}`)), target);
    utimesSync(target, 1_700_000_000 + part, 1_700_000_000 + part);
  }

  /** A library with the first parts of the archive, read. */
  async function shelf(present: number[], options = {}) {
    const root = mkdtempSync(path.join(folder.path, 'library-'));
    mkdirSync(path.join(root, 'Series'));
    for (const part of present) bring(root, part);
    const library = await aLibrary(app.db, { root, importBarcodeIsbn: false, ...options });
    const scan = async () => {
      await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
      await drain(app);
      return Book.query(app.db).where({ libraryId: library.id, deletedAt: null });
    };
    return { root, scan, names: () => readdirSync(path.join(root, 'Series')) };
  }
  const hashesOf = async (bytes: Buffer) => {
    const entries = (await Open.buffer(bytes)).files;
    return Promise.all(
      entries.map(async (entry) =>
        createHash('sha256')
          .update(await entry.buffer())
          .digest('hex'),
      ),
    );
  };
  const expected = pages.map(({ sha256 }) => sha256);

  test('is one book with all of its pages, as large as all of its files', async () => {
    const { root, scan } = await shelf(parts);
    const books = await scan();
    const sizes = parts.map((part) => statSync(path.join(root, `Series/book.part${part}.rar`)).size);
    const row = {
      mediaStatus: 'READY',
      pageCount: pages.length,
      fileSize: sizes.reduce((sum, size) => sum + size, 0),
      mediaType: 'application/zip',
    };
    expect(books).toEqual([expect.objectContaining(row)]);
    // nothing changed: nothing is read again
    expect((await scan())[0]?.mediaModifiedAt).toEqual(books[0]?.mediaModifiedAt);
  });

  test('is downloaded as a CBZ of its pages, as the catalogue says', async () => {
    const [book] = await (await shelf(parts)).scan();
    const id = publicId(book?.id ?? '');
    const answer = await app.admin.get(`/api/v1/books/${id}/file`).responseType('blob').expect(200);
    const { headers } = answer;
    const body = answer.body as Buffer;
    expect(headers['content-type']).toBe('application/zip');
    expect(headers['content-disposition']).toContain('book.cbz');
    expect(headers['content-length']).toBe(String(body.length));
    expect(await hashesOf(body)).toEqual(expected);
    const half = await app.admin.get(`/api/v1/books/${id}/file`).set('Range', 'bytes=9000-').responseType('blob').expect(206);
    expect((half.body as Buffer).equals(body.subarray(9000))).toBe(true);
    const { text } = await app.admin.get(`/opds/v1.2/books/${id}`).expect(200);
    const link = /<link[^>]*opds-spec\.org\/acquisition"[^>]*>/u.exec(text)?.[0] ?? '';
    expect(link).toContain('comicbook+zip');
    expect(link).not.toContain('rar');
    // which is not that of the files
    expect(link).not.toContain('length=');
  }); // prettier-ignore

  test('of which the rest comes later is read again when it is there', async () => {
    const { root, scan } = await shelf([1]);
    const [before] = await scan();
    expect(before?.mediaComment).toContain('ERR_2015 [book.part2.rar]');
    for (const part of parts.slice(1)) bring(root, part);
    const [after] = await scan();
    expect(after).toMatchObject({ id: before?.id, pageCount: pages.length, mediaComment: '' });
  });

  test('of which one in the middle is missing tells which; what comes behind it is no book', async () => {
    const books = await (await shelf([1, 3, 4])).scan();
    expect(books).toHaveLength(1);
    expect(books[0]?.mediaComment).toContain('ERR_2015 [book.part2.rar]');
  });

  test('is called as its files are without their numbers', async () => {
    const [book] = await (await shelf(parts)).scan();
    expect(book).toMatchObject({ name: 'book', title: 'book' });
  });

  test('keeps its id when all of its files are renamed and moved', async () => {
    const { root, scan } = await shelf(parts);
    const [before] = await scan();
    mkdirSync(path.join(root, 'Other'));
    for (const part of parts) {
      const target = path.join(root, `Other/Better name.part${part}.rar`);
      renameSync(path.join(root, `Series/book.part${part}.rar`), target);
    }
    const [after, ...rest] = await scan();
    expect(rest).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, name: 'Better name', pageCount: pages.length, mediaStatus: 'READY' });
    expect(after?.mediaModifiedAt).toEqual(before?.mediaModifiedAt);
  });

  test('gives out no page that was kept when a later one of its files is another', async () => {
    const { root, scan } = await shelf(parts);
    const [book] = await scan();
    const request = () => app.admin.get(`/api/v1/books/${publicId(book?.id ?? '')}/pages/${pages.length}`);
    await request().expect(200);
    rmSync(path.join(root, `Series/book.part${parts.length}.rar`));
    expect((await request()).status).not.toBe(200);
  });

  test('is deleted as a whole', async () => {
    const { scan, names } = await shelf(parts);
    const [book] = await scan();
    await deleteBookFile(contextOf(app), { bookId: book?.id ?? '', libraryId: book?.libraryId ?? '' });
    expect(() => names()).toThrow('ENOENT');
  });

  test('becomes one CBZ where the library wants that, and its files go', async () => {
    const { scan, names, root } = await shelf(parts, { convertToCbz: false });
    const [book] = await scan();
    await app.db('library').where({ id: book?.libraryId }).update({ convertToCbz: true });
    await convertBook(contextOf(app), { bookId: book?.id ?? '', libraryId: book?.libraryId ?? '' }, { limits: defaultLimits });
    expect(names()).toEqual(['book.cbz']);
    expect(await hashesOf(readFileSync(path.join(root, 'Series/book.cbz')))).toEqual(expected);
  }); // prettier-ignore

  test('keeps its names, by which its files find each other', async () => {
    const { scan, names } = await shelf(parts, { repairExtensions: false });
    const [book] = await scan();
    await app.db('library').where({ id: book?.libraryId }).update({ repairExtensions: true });
    await repairExtension(contextOf(app), { bookId: book?.id ?? '', libraryId: book?.libraryId ?? '' });
    expect(names().sort()).toEqual(parts.map((part) => `book.part${part}.rar`));
  });
});
