import { seedCatalogue } from '../../bench/seed';
import { fold } from '../../src/base/text';
import { matchingOf, sharesOf } from '../../src/search/anywhere-plan';
import { knownWords } from '../../src/search/anywhere-words';
import { findAnywhere } from '../../src/search/find-anywhere';
import { everything, sliceOf } from '../../src/search/slice';
import { readRows, sql, where } from '../../src/search/sql';
import { wordsOf } from '../../src/search/text-query';
import type { Viewer } from '../../src/search/viewer';
import { aBook, aLibrary, aProgress, aSeries, aUser, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';
import { countStatements } from '../support/statements';

const database = useDatabase();
let viewer: Viewer;

interface Row {
  id: string;
  texts: string[];
}

/** All that is searched, book by book, as plain folded texts. */
async function library(): Promise<Row[]> {
  const { db } = database;
  const rows = await readRows<{ id: string; titles: string[]; names: { name: string }[]; tags: string[] }>(
    db,
    sql`select b.id, array[b.title, b.isbn, s.title, s.title_sort] as titles, b.authors as names,
      s.genres || s.tags || s.books_tags as tags from book b join series s on s.id = b.series_id`,
  );
  return rows.map(({ id, titles, names, tags }) => ({
    id,
    texts: [...titles, ...names.map(({ name }) => name), ...tags].map(fold),
  }));
}

/** What the search promises: words of one or two letters are whole words, others parts of words. */
const holds = (text: string, word: string): boolean =>
  word.length > 2 || /\p{Script=Han}/u.test(word) ? text.includes(word) : wordsOf(text).includes(word);

beforeAll(async () => {
  const { db } = database;
  const { userId } = await seedCatalogue(db, { series: 300, booksEach: 3 });
  viewer = aViewer({ userId });
  const anthology = await aSeries(db, { title: 'Anthology of Lanterns', genres: ['essay'] });
  // one author of a series is not of all of its books
  for (const name of ['Ann Author', 'Bo Nobody', 'Auth or']) {
    await aBook(db, { series: anthology, title: `By ${name}`, authors: [{ name, role: 'author' }] });
  }
  await aBook(db, { series: anthology, title: 'By nobody', tags: ['a', 'orphan'] });
});

const texts = [
  ...[
    'lanterns',
    'author',
    'author 12',
    '12',
    'volume author tag genre',
    'volume 3',
    'genre 3 lanterns',
    'a',
    'nobody',
  ],
  ...['巨人', '進撃 巨', 'дон', 'zzqx', 'author zzqx', 'orphan author', 'ann anthology', 'auth or', 'press'],
];

test.each(texts)('finds what holds all words of “%s”, whichever way it is looked for', async (text) => {
  const { db } = database;
  const words = wordsOf(text);
  const expected = (await library())
    .filter((book) => words.every((word) => book.texts.some((part) => holds(part, word))))
    .map(({ id }) => id)
    .sort();
  const known = await knownWords(db, words);
  const sampled = await sharesOf(db, known);
  const ways = [sampled, words.map(() => 0), words.map(() => 1), words.map((_, index) => index * 0.1)];
  for (const shares of ways) {
    const matching = matchingOf(known, shares);
    const rows = await readRows<{ id: string }>(
      db,
      sql`select b.id from book b join ${matching.series} ss on ss.id = b.series_id ${where(matching.where)}`,
    );
    expect(rows.map(({ id }) => id).sort()).toEqual(expected);
  }
});

test('names of very many authors are read, in those books only whose series has one of them', async () => {
  const { db } = database;
  const [word] = await knownWords(db, ['author']);
  if (!word) throw new Error('no word');
  const many = { ...word, authors: null };
  const count = async (share: number) => {
    const { series, where: match } = matchingOf([many], [share]);
    return readRows(db, sql`select b.id from book b join ${series} ss on ss.id = b.series_id ${where(match)}`);
  };
  const [byIndex, byRow] = [await count(0), await count(1)];
  expect(byIndex).toHaveLength(901);
  expect(byRow).toHaveLength(901);
});

test('the shares tell the words that are all over from the rare ones', async () => {
  const shares = await sharesOf(database.db, await knownWords(database.db, ['author', 'volume', '12', 'zzqx']));
  expect(shares[0]).toBeGreaterThan(0.9);
  expect(shares[1]).toBeGreaterThan(0.9);
  expect(shares[2]).toBeLessThan(0.2);
  expect(shares[3]).toBe(0);
});

test('a search costs three statements, whatever it finds, and one more to find it loosely', async () => {
  const { db } = database;
  await findAnywhere(db, viewer, { text: 'author', libraryIds: [], slice: sliceOf() });
  for (const text of ['author', 'zzqx', 'volume author tag genre 12']) {
    const sent = await countStatements(db, () => findAnywhere(db, viewer, { text, libraryIds: [], slice: sliceOf() }));
    expect(sent).toBe(text === 'zzqx' ? 4 : 3);
  }
});

describe('of a small library', () => {
  let reader: Viewer;
  let ids: string[];
  const titles = async (text: string, query: { status?: 'READ' | 'UNREAD' | 'IN_PROGRESS'; page?: number } = {}) => {
    const { status, page } = query;
    const slice = page === undefined ? everything : sliceOf({ page, size: 2 });
    const found = await findAnywhere(database.db, reader, { text, libraryIds: [], status, slice });
    return { titles: found.books.rows.map(({ title }) => title), total: found.books.total, counts: found.counts };
  };

  beforeAll(async () => {
    const { db } = database;
    const [one, two] = [await aLibrary(db, { name: 'One' }), await aLibrary(db, { name: 'Two' })];
    ids = [one.id, two.id];
    reader = aViewer({ userId: (await aUser(db)).id, libraryIds: ids });
    const harbour = await aSeries(db, { library: one, title: 'Quiet Harbour', titleSort: 'Harbour, Quiet' });
    const other = await aSeries(db, { library: two, title: 'Tides', tags: ['quiet harbour'] });
    for (const title of ['First', 'Second']) await aBook(db, { series: harbour, title });
    const read = await aBook(db, { series: other, title: 'Third' });
    const begun = await aBook(db, { series: other, title: 'The quiet harbour' });
    await aBook(db, { series: other, title: 'Broken', mediaStatus: 'ERROR' });
    await aBook(db, { series: other, title: 'Thrown away', deletedAt: new Date() });
    await aProgress(db, read, { userId: reader.userId, completed: true });
    await aProgress(db, begun, { userId: reader.userId });
  });

  test('titles that hold the whole text come first, then the order of the shelf', async () => {
    const { titles: found, total } = await titles('quiet harbour');
    expect(found).toEqual(['The quiet harbour', 'First', 'Second', 'Third']);
    expect(total).toBe(4);
  });

  test('books are counted by library and progress, of the whole list', async () => {
    const counts = [
      { libraryId: ids[0], UNREAD: 2, IN_PROGRESS: 0, READ: 0 },
      { libraryId: ids[1], UNREAD: 0, IN_PROGRESS: 1, READ: 1 },
    ];
    const byLibrary = (found: { libraryId: string }[]) =>
      [...found].sort((a, b) => ids.indexOf(a.libraryId) - ids.indexOf(b.libraryId));
    for (const query of [{}, { status: 'READ' as const }, { page: 0 }, { page: 7 }]) {
      expect(byLibrary((await titles('quiet harbour', query)).counts)).toEqual(counts);
    }
    expect(byLibrary((await titles('')).counts)).toEqual(counts);
  });

  test.each<[string, { status?: 'READ' | 'UNREAD' | 'IN_PROGRESS'; page?: number }, string[], number]>([
    ['read', { status: 'READ' }, ['Third'], 1],
    ['begun', { status: 'IN_PROGRESS' }, ['The quiet harbour'], 1],
    ['unread', { status: 'UNREAD' }, ['First', 'Second'], 2],
    ['the second part', { page: 1 }, ['Second', 'Third'], 4],
    ['beyond the end', { page: 7 }, [], 4],
  ])('narrowed to %s', async (_, query, expected, total) => {
    await expect(titles('quiet harbour', query)).resolves.toMatchObject({ titles: expected, total });
  });

  test('narrowed to a library', async () => {
    const found = await findAnywhere(database.db, reader, {
      ...{ text: 'quiet', libraryIds: ids.slice(0, 1), slice: everything },
    });
    expect(found.books.rows.map(({ libraryId }) => libraryId)).toEqual([ids[0], ids[0]]);
  });

  test.each(['quiet-harbour', 'Quiet: Harbour!', '“quiet” harbour', 'QUIET  HARBOUR'])(
    'signs separate words: %s',
    async (text) => {
      await expect(titles(text)).resolves.toMatchObject({ total: 4 });
    },
  );

  test('blank text finds every readable book in the order of the shelf', async () => {
    await expect(titles('  ')).resolves.toMatchObject({
      titles: ['First', 'Second', 'Third', 'The quiet harbour'],
      total: 4,
    });
  });
});
