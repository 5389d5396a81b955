import { rmSync } from 'node:fs';
import path from 'node:path';
import { updateLibrary } from '../../src/library/libraries';
import { createPosters } from '../../src/library/posters';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { Library } from '../../src/model/library';
import { Poster } from '../../src/model/poster';
import { createQueue } from '../../src/queue/queue';
import { aLibrary, aProgress, aUser, aViewer } from '../support/builders';
import { cbz, picture, put } from '../support/book-builders';
import { useShelves } from './support';

const { test: database, newShelf, drain } = useShelves();

const posters = () => createPosters({ db: database.db, queue: createQueue(database.db), limits: defaultLimits });
const ofBook = (bookId: string) => posters().ofBook(aViewer(), bookId);

test('a book shows the poster that was made from its first page', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const poster = await ofBook((await shelf.book('A/1.cbz')).id);
  expect(poster.mediaType).toBe('image/jpeg');
  expect(poster.bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
});

test('a picture beside the book takes the place of the generated poster; without it that comes back', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbz');
  const beside = await picture(5);
  put(shelf.root, 'A/1.jpg', beside);
  await shelf.scanAll();
  expect((await ofBook(id)).bytes).toEqual(beside);
  rmSync(path.join(shelf.root, 'A/1.jpg'));
  expect((await ofBook(id)).bytes).not.toEqual(beside);
  expect(await Poster.query(database.db).where({ bookId: id })).toMatchObject([{ type: 'GENERATED', selected: true }]);
});

test('a picture beside the book never takes the place of an uploaded poster', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbz');
  const upload = await picture(6);
  await Poster.query(database.db).where({ bookId: id }).patch({ type: 'USER_UPLOADED', image: upload });
  put(shelf.root, 'A/1.jpg', await picture(5));
  await shelf.scanAll();
  expect((await ofBook(id)).bytes).toEqual(upload);
});

test('a picture that changes is another poster', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  put(shelf.root, 'A/1.jpg', await picture(5));
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbz');
  const before = await ofBook(id);
  put(shelf.root, 'A/1.jpg', Buffer.concat([await picture(5), Buffer.from('more')]));
  await shelf.scanAll();
  expect((await ofBook(id)).id).not.toBe(before.id);
});

test('a library that does not import artwork leaves pictures alone, until the option is switched on', async () => {
  const shelf = await newShelf({ importLocalArtwork: false });
  put(shelf.root, 'A/1.cbz', await cbz());
  put(shelf.root, 'A/cover.jpg', await picture(5));
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbz');
  expect(await Poster.query(database.db).where({ bookId: id })).toMatchObject([{ type: 'GENERATED' }]);
  const [series] = await shelf.series();
  const ofSeries = () => Poster.query(database.db).where({ seriesId: series!.id });
  expect(await ofSeries()).toEqual([]);
  const deps = { db: database.db, queue: createQueue(database.db) };
  await updateLibrary(deps, shelf.library.id, { importLocalArtwork: true });
  await drain();
  expect(await ofSeries()).toMatchObject([{ type: 'SIDECAR', selected: true }]);
});

test('a series shows its own picture, else a book by the choice of its library and what the viewer has read', async () => {
  const shelf = await newShelf();
  for (const number of [1, 2, 3]) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number }));
  await shelf.scanAll();
  const [series] = await shelf.series();
  const books = await shelf.books();
  const user = await aUser(database.db);
  await aProgress(database.db, books[0]!, { userId: user.id, completed: true });
  const viewer = aViewer({ userId: user.id });
  const shown = async (seriesCover: Library['seriesCover']) => {
    await Library.query(database.db).findById(shelf.library.id).patch({ seriesCover });
    const { id } = await posters().ofSeries(viewer, series!.id);
    const poster = await Poster.query(database.db).findById(id).throwIfNotFound();
    return books.findIndex((book) => book.id === poster.bookId) + 1;
  };
  expect([await shown('FIRST'), await shown('LAST'), await shown('FIRST_UNREAD_OR_FIRST')]).toEqual([1, 3, 2]);
  for (const book of books) await aProgress(database.db, book, { userId: user.id, completed: true });
  expect([await shown('FIRST_UNREAD_OR_FIRST'), await shown('FIRST_UNREAD_OR_LAST')]).toEqual([1, 3]);
  const own = await picture(9);
  put(shelf.root, 'A/cover.jpg', own);
  await shelf.scanAll();
  expect((await posters().ofSeries(viewer, series!.id)).bytes).toEqual(own);
});

test('no book in the trash and no damaged one stands for a series while another can be read', async () => {
  const shelf = await newShelf();
  for (const number of [1, 2, 3]) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number }));
  await shelf.scanAll();
  const [series] = await shelf.series();
  const [first, second, third] = await shelf.books();
  const shown = async () => {
    const { id } = await posters().ofSeries(aViewer(), series!.id);
    return (await Poster.query(database.db).findById(id).throwIfNotFound()).bookId;
  };
  await Book.query(database.db).findById(first!.id).patch({ deletedAt: new Date() });
  await Book.query(database.db).findById(second!.id).patch({ mediaStatus: 'ERROR' });
  expect(await shown()).toBe(third!.id);
  await Book.query(database.db).findById(third!.id).patch({ deletedAt: new Date() });
  expect(await shown()).toBe(first!.id);
});

test('a readable book without poster gets one when it is asked for, once for all who ask', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbz');
  await Poster.query(database.db).where({ bookId: id }).delete();
  const shared = posters();
  const answers = await Promise.all([1, 2, 3].map(() => shared.ofBook(aViewer(), id)));
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  expect(await Poster.query(database.db).where({ bookId: id })).toHaveLength(1);
});

test('a book without any poster, an unknown one and one that the viewer may not see are told apart', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', '');
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbz');
  await expect(ofBook(id)).rejects.toMatchObject({ status: 404 });
  const other = await aLibrary(database.db);
  const stranger = aViewer({ libraryIds: [other.id] });
  await expect(posters().ofBook(stranger, id)).rejects.toMatchObject({ status: 403 });
  await expect(ofBook(other.id)).rejects.toMatchObject({ status: 404 });
});
