import { renameSync } from 'node:fs';
import path from 'node:path';
import { editBook } from '../../src/library/edit-metadata';
import { getBookFields } from '../../src/library/field-origins';
import { updateLibrary } from '../../src/library/libraries';
import { findBooks } from '../../src/search/find-books';
import { cbz, put } from '../support/book-builders';
import { aViewer } from '../support/builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();

const slice = { page: 0, size: 10, unpaged: false };
const first = 'Fox Tales (2019)/Fox Tales v02 c010.5 (2020) [French] [Some Scans].cbz';

async function readShelf(comicInfo?: Record<string, string>): Promise<Shelf> {
  const shelf = await newShelf({ hashFiles: false, parseNames: true });
  put(shelf.root, first, await cbz({ seed: 1, ...(comicInfo ? { comicInfo } : {}) }));
  put(shelf.root, 'Fox Tales (2019)/Fox Tales c011 (Omnibus Edition).cbz', await cbz({ seed: 2 }));
  await shelf.scanAll();
  return shelf;
}

const translators = async (name: string) => {
  const condition = { author: { operator: 'is' as const, value: { name, role: 'translator' } } };
  const { rows } = await findBooks(database.db, aViewer(), { condition, slice });
  return rows.map((row) => row.authors);
};

test('the group in the name of a file is its translator, for all who show, filter and search people', async () => {
  const shelf = await readShelf();
  const group = { name: 'Some Scans', role: 'translator' };
  expect(await translators('Some Scans')).toEqual([[group]]);
  expect((await shelf.series())[0]).toMatchObject({ booksAuthors: [group] });
  // nobody is put into the list that files, providers and people fill
  expect(await shelf.book(first)).toMatchObject({ authors: [], provenance: { number: { source: 'name' } } });
});

test('a translator that the file names goes before the group of its name', async () => {
  await readShelf({ Translator: 'A. Fox' });
  expect(await translators('A. Fox')).toEqual([[{ name: 'A. Fox', role: 'translator' }]]);
});

test('a list of people that somebody locked is shown as it is', async () => {
  const shelf = await readShelf();
  const { id } = await shelf.book(first);
  await editBook(database.db, id, { values: { authors: [] }, locks: { authors: true } });
  expect((await findBooks(database.db, aViewer(), { slice })).rows.find((row) => row.id === id)?.authors).toEqual([]);
  expect((await shelf.series())[0]).toMatchObject({ booksAuthors: [] });
});

test('each fact tells that the name of the file says so', async () => {
  const shelf = await readShelf();
  const factsOf = async (at: string) =>
    (await getBookFields(database.db, (await shelf.book(at)).id))
      .filter(({ origin }) => origin?.source === 'name')
      .map(({ field, value }) => [field, value]);
  expect(await factsOf(first)).toEqual([
    ...[['number', '10.5'], ['numberSort', 10.5], ['releaseDate', '2020-01-01']], // prettier-ignore
    ...[['group', 'Some Scans'], ['volume', '2'], ['chapter', '10.5'], ['language', 'fr']], // prettier-ignore
  ]);
  expect(await factsOf('Fox Tales (2019)/Fox Tales c011 (Omnibus Edition).cbz')).toContainEqual([
    ...['edition', 'Omnibus Edition'],
  ]);
});

test('another name says other things: number, year and group follow it', async () => {
  const shelf = await readShelf();
  const renamed = 'Fox Tales (2019)/Fox Tales c009 [Other Scans].cbz';
  renameSync(path.join(shelf.root, first), path.join(shelf.root, renamed));
  await shelf.scanAll();
  const book = await shelf.book(renamed);
  expect(book).toMatchObject({ metadataNumber: '9', numberSort: 9, releaseDate: null });
  expect(book.nameFacts).toEqual({ group: 'Other Scans', chapter: '9' });
});

test('what a person said goes before what the name says', async () => {
  const shelf = await readShelf();
  const { id } = await shelf.book(first);
  await editBook(database.db, id, { values: { number: '3', releaseDate: '2001-02-03' }, locks: {} });
  const renamed = 'Fox Tales (2019)/Fox Tales c009 (2022).cbz';
  renameSync(path.join(shelf.root, first), path.join(shelf.root, renamed));
  await shelf.scanAll();
  expect(await shelf.book(renamed)).toMatchObject({ metadataNumber: '3', releaseDate: '2001-02-03' });
});

test('switched off, everything that names said is taken back', async () => {
  const shelf = await readShelf();
  expect((await shelf.series())[0]).toMatchObject({ title: 'Fox Tales', language: 'fr' });
  await updateLibrary(context(), shelf.library.id, { parseNames: false });
  await drain();
  expect(await shelf.book(first)).toMatchObject({
    ...{ metadataNumber: '2', numberSort: 2, releaseDate: null, nameFacts: null, provenance: {} },
  });
  expect((await shelf.series())[0]).toMatchObject({
    ...{ title: 'Fox Tales (2019)', titleSort: 'Fox Tales (2019)', language: '', provenance: {}, booksAuthors: [] },
  });
});
