import { newId } from '../../src/base/public-id';
import {
  alphabeticalGroups,
  findRecentSeries,
  findSeries,
  findSeriesOfCollection,
  getSeries,
} from '../../src/search/find-series';
import { everything, sliceOf } from '../../src/search/slice';
import {
  aBook,
  aCollection,
  aLibrary,
  aProgress,
  aSeries,
  aSeriesWithBooks,
  aUser,
  aViewer,
} from '../support/builders';
import { useDatabase } from '../support/database';

const test_ = useDatabase();
const titles = (slice: { rows: { title: string }[] }) => slice.rows.map((row) => row.title);

describe('one series', () => {
  test('has its metadata, its library and the counts of the viewer', async () => {
    const { db } = test_;
    const user = await aUser(db);
    const library = await aLibrary(db, { root: '/comics' });
    const { series, books } = await aSeriesWithBooks(db, 3, {
      library,
      title: 'Akira',
      path: 'Akira',
      genres: ['drama'],
    });
    const readAt = new Date('2024-05-01T10:00:00Z');
    await aProgress(db, books[0]!, { userId: user.id, completed: true });
    await aProgress(db, books[1]!, { userId: user.id, readAt });

    const view = await getSeries(db, aViewer({ userId: user.id }), series.id);

    expect(view).toMatchObject({
      id: series.id,
      title: 'Akira',
      genres: ['drama'],
      libraryRoot: '/comics',
      bookCount: 3,
      readCount: 1,
      inProgressCount: 1,
      lastReadAt: readAt,
      createdAt: series.createdAt,
      links: [],
      booksReleaseDate: null,
    });
    expect(view).not.toHaveProperty('visible');
  });

  test('has no counts for a viewer who read nothing', async () => {
    const series = await aSeries(test_.db);
    await expect(getSeries(test_.db, aViewer(), series.id)).resolves.toMatchObject({
      readCount: 0,
      inProgressCount: 0,
      lastReadAt: null,
    });
  });

  test('is 404 when unknown and 403 when forbidden', async () => {
    const series = await aSeries(test_.db);
    await expect(getSeries(test_.db, aViewer(), newId())).rejects.toMatchObject({ status: 404 });
    await expect(getSeries(test_.db, aViewer({ libraryIds: [] }), series.id)).rejects.toMatchObject({ status: 403 });
  });
});
