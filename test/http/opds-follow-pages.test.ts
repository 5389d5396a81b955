import { publicId } from '../../src/base/public-id';
import { ReadProgress, SeriesProgress } from '../../src/model/reading';
import { useCatalogue } from '../support/catalogue';
import { linksOf } from '../support/opds-entry-rules';
import { attribute, xmlTree } from '../support/xml-tree';

const catalogue = useCatalogue();
const { app } = catalogue;
const bookName = 'Lighthouse Mechanics v03';

const bookId = async () => (await catalogue.book(bookName)).id;
const progress = async () => ReadProgress.query(app.db).findById([app.adminId, await bookId()]);
const reset = async () => {
  await ReadProgress.query(app.db).deleteById([app.adminId, await bookId()]);
};

const setOption = (value: string) =>
  app.admin.patch('/api/v1/client-settings/user').send({ 'opds.follow-pages': { value } }).expect(204);

/** Address of a page from 0, as the entry of the book says it. */
async function template(): Promise<string> {
  const response = await app.admin.get(`/opds/v1.2/books/${publicId(await bookId())}`).expect(200);
  const { root } = xmlTree(response.text);
  const [stream] = root ? linksOf(root, 'http://vaemendis.net/opds-pse/stream') : [];
  return (stream && attribute(stream, 'href'))?.slice(app.base.length).replace('{maxWidth}', '1600') ?? '';
}
const read = async (page: number) =>
  app.admin.get((await template()).replace('{pageNumber}', String(page))).expect(200);

describe('unless it was asked for', () => {
  test('a page is no vote, and neither is one with the parameter of the option', async () => {
    expect(await template()).not.toContain('bookmark');
    await read(2);
    await app.admin.get(`/opds/v1.2/books/${publicId(await bookId())}/pages/2?bookmark=1`).expect(200);
    expect(await progress()).toBeUndefined();
  });
});

describe('when the user wants it', () => {
  beforeAll(() => setOption('true'));
  beforeEach(reset);

  test('the progress follows the pages, with the counts of the series', async () => {
    expect(await template()).toContain('bookmark=1');
    await read(1);
    expect(await progress()).toMatchObject({ page: 2, completed: false });
    await read(3);
    expect(await progress()).toMatchObject({ page: 4, completed: true });
    const { seriesId } = await catalogue.book(bookName);
    expect(await SeriesProgress.query(app.db).findById([app.adminId, seriesId])).toMatchObject({ readCount: 2 });
  });

  test('it never goes back: neither by an earlier page, nor in a finished book', async () => {
    await read(2);
    const before = await progress();
    await read(0);
    expect(await progress()).toEqual(before);
    await read(3);
    await read(1);
    expect(await progress()).toMatchObject({ page: 4, completed: true });
  });

  test('asking only whether a page is there is no vote', async () => {
    await app.admin.head((await template()).replace('{pageNumber}', '2')).expect(200);
    expect(await progress()).toBeUndefined();
  });

  test('pages that come at the same time leave the furthest', async () => {
    await Promise.all([0, 2, 1].map((page) => read(page)));
    expect(await progress()).toMatchObject({ page: 3 });
  });

  test('a page beyond the end is 404 and no vote', async () => {
    await app.admin.get((await template()).replace('{pageNumber}', '4')).expect(404);
    expect(await progress()).toBeUndefined();
  });

  test('another reader of the same book is not moved', async () => {
    await app
      .as(catalogue.restricted)
      .get((await template()).replace('{pageNumber}', '2'))
      .expect(200);
    expect(await ReadProgress.query(app.db).where({ bookId: await bookId() })).toEqual([]);
  });
});
