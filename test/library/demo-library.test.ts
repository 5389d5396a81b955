import { seed } from '../../seeds/demo-library';
import { Book } from '../../src/model/book';
import { Library } from '../../src/model/library';
import { scanLibrary } from '../../src/library/scan';
import { useShelves } from './support';
import { Series } from '../../src/model/series';

const { test: database, newFolder, drain, context } = useShelves();

test('the demo library can be read, and seeding again adds nothing', async () => {
  process.env['DEMO_DIR'] = newFolder();
  await seed(database.db);
  await seed(database.db);
  delete process.env['DEMO_DIR'];
  const libraries = await Library.query(database.db);
  expect(libraries).toMatchObject([{ name: 'Demo', scanOnStartup: true }]);
  await scanLibrary(context(), { libraryId: libraries[0]!.id, deep: false });
  await drain();
  const series = await Series.query(database.db).orderBy('name');
  expect(series.map(({ title, bookCount, language }) => [title, bookCount, language])).toEqual([
    ['Lantern Fox', 2, 'en'],
    ['The Paper Harbour', 4, 'en'],
    ['静かな庭の図書館', 3, 'ja'],
  ]);
  const books = await Book.query(database.db);
  expect(books.every(({ mediaStatus, pageCount }) => mediaStatus === 'READY' && pageCount === 6)).toBe(true);
});
