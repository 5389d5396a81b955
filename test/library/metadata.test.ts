import { rmSync } from 'node:fs';
import path from 'node:path';
import { refreshBookMetadata } from '../../src/library/refresh-book';
import { refreshSeries } from '../../src/library/refresh-series';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { Library } from '../../src/model/library';
import { Collection, CollectionSeries, ReadList, ReadListBook } from '../../src/model/reading';
import { Series } from '../../src/model/series';
import { cbz, put } from '../support/book-builders';
import { useShelves } from './support';

const { test: database, newShelf, drain, context } = useShelves();

test('ComicInfo fills the book and its series, with folded keys for searches', async () => {
  const shelf = await newShelf();
  const shared = {
    Series: 'Été',
    Publisher: 'Corpus',
    Genre: 'Drama, Fantasy',
    LanguageISO: 'fr',
    Manga: 'YesAndRightToLeft',
  };
  const first = {
    ...shared,
    Title: 'Début',
    Number: '1.5',
    Summary: 'Un.',
    Writer: 'Ann, Bo',
    Tags: 'Award',
    Year: 2020,
  };
  put(shelf.root, 'Folder/a.cbz', await cbz({ comicInfo: first }));
  put(shelf.root, 'Folder/b.cbz', await cbz({ seed: 2, comicInfo: { ...shared, Year: 2019, AgeRating: 'Teen' } }));
  await shelf.scanAll();
  expect(await shelf.book('Folder/a.cbz')).toMatchObject({
    ...{ title: 'Début', titleKey: 'debut', number: 1, metadataNumber: '1.5', numberSort: 1.5, summary: 'Un.' },
    ...{ releaseDate: '2020-01-01', tags: ['award'], tagKeys: ['award'] },
    authors: [
      { name: 'Ann', role: 'writer' },
      { name: 'Bo', role: 'writer' },
    ],
    provenance: { title: { source: 'file' }, number: { source: 'file' } },
  });
  expect((await shelf.series())[0]).toMatchObject({
    ...{ name: 'Folder', title: 'Été', titleSort: 'Été', titleKey: 'ete', publisher: 'Corpus', publisherKey: 'corpus' },
    ...{ genres: ['drama', 'fantasy'], language: 'fr', readingDirection: 'RIGHT_TO_LEFT', ageRating: 13 },
    ...{ booksTags: ['award'], tagKeys: ['award'], booksReleaseDate: '2019-01-01', booksSummary: 'Un.' },
    booksSummaryNumber: '1.5',
  });
});

test('locked fields stay as they are', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 3 }));
  await shelf.scanAll();
  await Book.query(database.db)
    .patch({ title: 'Mine', locked: ['title', 'number'] })
    .where({ libraryId: shelf.library.id });
  await Series.query(database.db)
    .patch({ publisher: 'Ours', locked: ['publisher'] })
    .where({ libraryId: shelf.library.id });
  const comicInfo = { Title: 'Theirs', Number: '7', Summary: 'New.', Publisher: 'Theirs', Series: 'Named' };
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 3, comicInfo }));
  await shelf.scanAll();
  expect(await shelf.book('A/1.cbz')).toMatchObject({
    title: 'Mine',
    metadataNumber: '1',
    numberSort: 7,
    summary: 'New.',
  });
  expect((await shelf.series())[0]).toMatchObject({ publisher: 'Ours', title: 'Named' });
});

test('a number that a file gives stands when books are numbered anew, and goes when the file drops it', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/b.cbz', await cbz({ seed: 4, comicInfo: { Number: '1' } }));
  put(shelf.root, 'A/c.cbz', await cbz({ seed: 5 }));
  await shelf.scanAll();
  put(shelf.root, 'A/a.cbz', await cbz({ seed: 6 }));
  await shelf.scanAll();
  const shown = async () => (await shelf.books()).map((book) => [book.name, book.number, book.metadataNumber]);
  expect(await shown()).toEqual([
    ['a', 1, '1'],
    ['b', 2, '1'],
    ['c', 3, '3'],
  ]);
  put(shelf.root, 'A/b.cbz', await cbz({ seed: 4, pages: 3 }));
  await shelf.scanAll();
  expect((await shown())[1]).toEqual(['b', 2, '2']);
});

test('read lists and collections of the files are joined once, in their order', async () => {
  const shelf = await newShelf();
  const arc = { StoryArc: 'The Arc', SeriesGroup: 'Universe' };
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 7, comicInfo: { ...arc, StoryArcNumber: 2 } }));
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 8, comicInfo: { ...arc, StoryArcNumber: 1 } }));
  await shelf.scanAll();
  const [one, two] = await shelf.books();
  await refreshBookMetadata(context(), { bookId: one!.id }, { limits: defaultLimits });
  await drain();
  const list = await ReadList.query(database.db).findOne({ name: 'The Arc' }).throwIfNotFound();
  expect(list.ordered).toBe(true);
  const members = await ReadListBook.query(database.db).where({ readListId: list.id }).orderBy('position');
  expect(members.map(({ bookId, position }) => [bookId, position])).toEqual([
    [two!.id, 1],
    [one!.id, 2],
  ]);
  const collection = await Collection.query(database.db).findOne({ name: 'Universe' }).throwIfNotFound();
  expect(await CollectionSeries.query(database.db).where({ collectionId: collection.id })).toHaveLength(1);
});

test('a library that does not import a source takes nothing from it, until the option is switched on', async () => {
  const shelf = await newShelf({ importComicInfoBook: false, importComicInfoSeries: false });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 9, comicInfo: { Title: 'Title', Series: 'Series' } }));
  await shelf.scanAll();
  const [book] = await shelf.books();
  expect(book).toMatchObject({ title: '1' });
  expect((await shelf.series())[0]).toMatchObject({ title: 'A' });
  await Library.query(database.db)
    .findById(shelf.library.id)
    .patch({ importComicInfoBook: true, importComicInfoSeries: true });
  await refreshBookMetadata(context(), { bookId: book!.id }, { limits: defaultLimits });
  await drain();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ title: 'Title' });
  expect((await shelf.series())[0]).toMatchObject({ title: 'Series' });
});

test('refreshing a series again writes nothing, and needs no file', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 10, comicInfo: { Series: 'Kept', Volume: 2 } }));
  await shelf.scanAll();
  const [before] = await shelf.series();
  expect(before).toMatchObject({ title: 'Kept (2)' });
  rmSync(path.join(shelf.root, 'A'), { recursive: true });
  await refreshSeries(context(), { seriesId: before!.id });
  expect((await shelf.series())[0]).toEqual(before);
});

const mylar = {
  ...{ type: 'comicSeries', publisher: 'Press', name: 'Mylar Name', comicid: 1, year: 2020, booktype: 'Print' },
  ...{ comic_image: 'x', total_issues: 12, publication_run: 'x', status: 'Ended', description_text: 'About it.' },
};

test('a series.json describes its series, over what the books say', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 11, comicInfo: { Series: 'From book' } }));
  put(shelf.root, 'A/series.json', JSON.stringify({ metadata: mylar }));
  await shelf.scanAll();
  expect((await shelf.series())[0]).toMatchObject({
    ...{ title: 'Mylar Name', status: 'ENDED', totalBookCount: 12, summary: 'About it.', publisher: 'Press' },
  });
});

test('a series.json that comes later is read by the next scan', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 12 }));
  await shelf.scanAll();
  put(shelf.root, 'A/series.json', JSON.stringify({ metadata: mylar }));
  await shelf.scanAll();
  expect((await shelf.series())[0]).toMatchObject({ title: 'Mylar Name' });
});
