import { seedCatalogue } from '../../bench/seed';
import type { BookCondition, SeriesCondition } from '../../src/search/condition';
import { findAuthors, findGenres, findPublishers, findTags } from '../../src/search/find-facets';
import { findBooks, findDuplicates, findKeepReading, findLatestBooks } from '../../src/search/find-books';
import { alphabeticalGroups, findRecentSeries, findSeries } from '../../src/search/find-series';
import { findOnDeck } from '../../src/search/on-deck';
import { sliceOf } from '../../src/search/slice';
import type { Viewer } from '../../src/search/viewer';
import { until } from '../jobs/support';
import { aViewer } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
let viewer: Viewer;
let libraryId: string;

beforeAll(async () => {
  const { userId, libraryIds } = await seedCatalogue(database.db, { series: 4_000, booksEach: 4 });
  viewer = aViewer({ userId });
  libraryId = libraryIds[0] ?? '';
  // whoever analyses a table in the background keeps a vacuum from marking pages that indexes alone then answer for
  await until('the tables are as they are in the long run', async () => {
    await database.db.raw('vacuum (analyze, parallel 0) series, book');
    const { rows } = await database.db.raw<{ rows: object[] }>(
      `select 1 from pg_class where relname in ('series', 'book') and relallvisible < relpages`,
    );
    return rows.length === 0;
  });
}, 120_000);

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Large tables that a plan of these statements reads from one end to the other. */
async function readWhole(work: () => Promise<unknown>): Promise<string[]> {
  const { db } = database;
  const asked: { sql: string; bindings: unknown[] }[] = [];
  const listen = (query: { sql: string; bindings: unknown[] }) => void asked.push(query);
  db.on('query', listen);
  await work().finally(() => db.removeListener('query', listen));
  expect(asked).not.toEqual([]);
  const found: string[] = [];
  for (const { sql, bindings } of asked) {
    // as knex sent it: with numbered parameters
    const text = sql.replace(/\$\d+/gu, '?').replace(/\\\?/gu, '?');
    const { rows } = await db.raw<{ rows: { 'QUERY PLAN': [{ Plan: Plan }] }[] }>(
      `explain (format json) ${text}`,
      bindings as never[],
    );
    const nodes = rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: plan }) => nodesOf(plan)));
    const scans = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? '');
    found.push(...scans.filter((table) => ['series', 'book', 'book_media', 'poster'].includes(table)));
  }
  return found;
}

const is = <V>(value: V) => ({ operator: 'is' as const, value });
const slice = sliceOf({ size: 20 });
const deep = sliceOf({ page: 150, size: 20 });
const child = (): Viewer => ({ ...viewer, libraryIds: [libraryId], ageRestriction: { age: 16, mode: 'EXCLUDE' } });

const seriesConditions: [string, SeriesCondition | null][] = [
  ['all', null],
  ['of a genre', { genre: is('genre 7') }],
  ['of a tag', { tag: is('tag 77') }],
  ['of an author', { author: is({ name: 'Author 77' }) }],
  ['of a letter', { titleSort: { operator: 'beginsWith', value: 'a' } }],
  ['of a publisher', { publisher: is('Press 7') }],
];

test.each(seriesConditions)('no list of series reads all of them: %s', async (_, condition) => {
  const { db } = database;
  const read = (who: Viewer) =>
    readWhole(() => findSeries(db, who, { condition, sort: ['metadata.titleSort'], slice }));
  await expect(read(viewer)).resolves.toEqual([]);
  await expect(read(child())).resolves.toEqual([]);
});

test.each(['metadata.titleSort', 'created,desc', 'lastModified,desc', 'booksMetadata.releaseDate,desc', 'name'])(
  'series by %s come from an index, also far behind',
  async (sort) => {
    const { db } = database;
    for (const part of [slice, deep]) {
      await expect(readWhole(() => findSeries(db, viewer, { sort: [sort], slice: part }))).resolves.toEqual([]);
    }
  },
);

test('what is new, what is read next, and what may be chosen from comes from indexes', async () => {
  const { db } = database;
  const queries = [
    () => findRecentSeries(db, viewer, 'new', { slice }),
    () => findRecentSeries(db, viewer, 'updated', { slice }),
    () => alphabeticalGroups(db, viewer, {}),
    () => alphabeticalGroups(db, child(), { condition: { deleted: { operator: 'isFalse' } } }),
    () => findLatestBooks(db, viewer, { slice }),
    () => findKeepReading(db, viewer, { slice }),
    () => findDuplicates(db, viewer, { slice }),
    () => findOnDeck(db, viewer, { slice }),
    ...[findGenres, findTags, findPublishers, findAuthors].map((find) => () => find(db, child(), { slice })),
  ];
  const found = [];
  for (const query of queries) found.push(await readWhole(query));
  expect(found).toEqual(queries.map(() => []));
});

const bookConditions: [string, BookCondition | null][] = [
  ['all', null],
  ['of a library', { libraryId: is('018c0000-0001-7000-8000-000000000000') }],
  ['of a tag', { tag: is('tag 77') }],
  ['of an author', { author: is({ name: 'Author 77' }) }],
];

test.each(bookConditions)('no list of books reads all of them: %s', async (_, condition) => {
  const { db } = database;
  for (const sort of ['createdDate,desc', 'lastModifiedDate,desc', 'metadata.releaseDate,desc', 'metadata.title']) {
    await expect(readWhole(() => findBooks(db, viewer, { condition, sort: [sort], slice }))).resolves.toEqual([]);
  }
});

test.each(['lanterns', 'lant', '進', '進撃', 'Тих', 'j'])('a search for %s reads an index', async (fullText) => {
  const { db } = database;
  await expect(readWhole(() => findSeries(db, viewer, { fullText, slice }))).resolves.toEqual([]);
});

test('an order that no index holds is found out by this test', async () => {
  const { db } = database;
  await expect(readWhole(() => findBooks(db, viewer, { sort: ['name'], slice }))).resolves.toContain('book');
});
