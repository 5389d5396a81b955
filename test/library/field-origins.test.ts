import { editBook } from '../../src/library/edit-metadata';
import {
  getBookFields,
  getSeriesFields,
  releaseBookFields,
  releaseSeriesFields,
} from '../../src/library/field-origins';
import { Series } from '../../src/model/series';
import { createQueue } from '../../src/queue/queue';
import { cbz, put } from '../support/book-builders';
import { useShelves } from './support';

const { test: database, newShelf, drain } = useShelves();
const deps = () => ({ db: database.db, queue: createQueue(database.db) });

test('each field tells who gave it, and a person can go back to what the file says', async () => {
  const { db } = database;
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'Fox/1.cbz', await cbz({ comicInfo: { Title: 'Of the file', Series: 'The Fox' } }));
  await shelf.scanAll();
  const { id } = await shelf.book('Fox/1.cbz');
  await editBook(db, id, { values: { title: 'Mine', summary: 'Mine too' }, locks: { title: true } });
  const field = async (name: string) => (await getBookFields(db, id)).find((one) => one.field === name);
  expect(await field('title')).toMatchObject({ value: 'Mine', origin: { source: 'person' }, locked: true });
  expect(await field('tags')).toEqual({ field: 'tags', value: [], origin: null, locked: false });
  await releaseBookFields(deps(), id, ['title', 'summary', 'number']);
  await drain();
  expect(await field('title')).toMatchObject({ value: 'Of the file', origin: { source: 'file' }, locked: false });
  expect(await field('summary')).toMatchObject({ value: '', origin: null });
  expect(await field('number')).toMatchObject({ value: '1' });
});

test('the same for a series; a field that there is not is refused', async () => {
  const { db } = database;
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'Fox/1.cbz', await cbz({ comicInfo: { Series: 'The Fox', Genre: 'Fable' } }));
  await shelf.scanAll();
  const { id } = (await shelf.series())[0]!;
  const at = new Date().toISOString();
  const given = { title: 'Mine', genres: ['mine'], locked: ['title'] };
  await Series.query(db)
    .findById(id)
    .patch({ ...given, provenance: { title: { source: 'person', at }, genres: { source: 'mangadex', at } } });
  await releaseSeriesFields(deps(), id, ['title', 'genres']);
  await drain();
  const fields = new Map((await getSeriesFields(db, id)).map((one) => [one.field, one]));
  expect(fields.get('title')).toMatchObject({ value: 'The Fox', origin: { source: 'file' }, locked: false });
  expect(fields.get('genres')).toMatchObject({ value: ['fable'], origin: { source: 'file' } });
  await expect(releaseSeriesFields(deps(), id, ['nothing'])).rejects.toMatchObject({ status: 400 });
});
