import { barcodeNumbers } from '../../src/library/find-barcode';
import { updateLibrary } from '../../src/library/libraries';
import { requestRefresh } from '../../src/library/requests';
import { Book } from '../../src/model/book';
import { createQueue } from '../../src/queue/queue';
import { pageWithBarcode, pageWithoutBarcode } from '../support/barcode-builder';
import { cbz, picture, put, zipOf } from '../support/book-builders';
import { useShelves } from './support';

jest.setTimeout(60_000);

const { test: database, newShelf, drain } = useShelves();
const isbn = '9784088725093';

/** Four pages, the barcode on one of them, counted from 1. */
async function volume(at: number, text = isbn): Promise<Buffer> {
  const pages = await Promise.all(
    [1, 2, 3, 4].map(async (number) => ({
      name: `${number}.jpg`,
      data: number === at ? await pageWithBarcode(text) : await picture(number),
    })),
  );
  return zipOf(pages);
}

test('the back cover is looked at first, then the front', () => {
  expect(barcodeNumbers(200)).toEqual([200, 199, 198, 1, 2, 3]);
  expect(barcodeNumbers(4)).toEqual([4, 3, 2, 1]);
  expect(barcodeNumbers(0)).toEqual([]);
});

test('the ISBN of the barcode is taken over where the library wants it, and noted as of the file', async () => {
  const shelf = await newShelf({ importBarcodeIsbn: true, hashFiles: false });
  put(shelf.root, 'A/1.cbz', await volume(3));
  put(shelf.root, 'A/2.cbz', zipOf([{ name: '1.jpg', data: await pageWithoutBarcode() }]));
  await shelf.scanAll();
  const book = await shelf.book('A/1.cbz');
  expect(book).toMatchObject({ isbn, provenance: { isbn: { source: 'file' } } });
  expect((await shelf.book('A/2.cbz')).isbn).toBe('');
});

test('nothing is looked for by default in our own libraries, and switching it on looks through those that are there', async () => {
  const shelf = await newShelf({ importBarcodeIsbn: false, hashFiles: false });
  put(shelf.root, 'A/1.cbz', await volume(1));
  await shelf.scanAll();
  expect((await shelf.book('A/1.cbz')).isbn).toBe('');
  const deps = { db: database.db, queue: createQueue(database.db) };
  await updateLibrary(deps, shelf.library.id, { importBarcodeIsbn: true });
  await drain();
  expect((await shelf.book('A/1.cbz')).isbn).toBe(isbn);
});

test('many books are one task, when the option is switched on and when metadata is refreshed', async () => {
  const shelf = await newShelf({ importBarcodeIsbn: false, hashFiles: false });
  for (const number of [1, 2, 3]) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number }));
  await shelf.scanAll();
  const deps = { db: database.db, queue: createQueue(database.db) };
  const asked = async () => {
    const { rows } = await database.db.raw<{ rows: { task: string }[] }>(
      `select task_identifier as task from graphile_worker.jobs where task_identifier in ('eachBook', 'findBarcode')`,
    );
    await database.db.raw('delete from graphile_worker._private_jobs');
    return rows.map(({ task }) => task);
  };
  await updateLibrary(deps, shelf.library.id, { importBarcodeIsbn: true });
  expect(await asked()).toEqual(['eachBook']);
  await requestRefresh(deps, { libraryId: shelf.library.id });
  expect(await asked()).toEqual(['eachBook']);
});

test('an ISBN that is known, or locked, stays; a barcode that is no ISBN is none', async () => {
  const shelf = await newShelf({ importBarcodeIsbn: true, hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ comicInfo: { GTIN: '9780306406157' } }));
  put(shelf.root, 'A/2.cbz', await volume(1, '4006381333931'));
  await shelf.scan();
  put(shelf.root, 'A/3.cbz', await volume(4));
  await shelf.scan();
  await Book.query(database.db)
    .findById((await shelf.book('A/3.cbz')).id)
    .patch({ locked: ['isbn'] });
  await drain();
  expect((await shelf.books()).map((book) => book.isbn)).toEqual(['9780306406157', '', '']);
});
