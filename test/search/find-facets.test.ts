import type { Library } from '../../src/model/library';
import {
  findAgeRatings,
  findAgeRatingsOrNone,
  findAuthorNames,
  findAuthorRoles,
  findAuthors,
  findGenres,
  findLanguages,
  findPublishers,
  findReleaseYears,
  findSharingLabels,
  findTags,
} from '../../src/search/find-facets';
import { everything, sliceOf } from '../../src/search/slice';
import { aBook, aCollection, aLibrary, aReadList, aSeries, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';
import { countStatements } from '../support/statements';

const database = useDatabase();
const all = { slice: everything };
const strict = aViewer({ ageRestriction: { age: 16, mode: 'EXCLUDE' } });
let comics: Library;
let scopes: Record<'collectionIds' | 'seriesIds' | 'readListIds', string[]>;

beforeAll(async () => {
  const { db } = database;
  comics = await aLibrary(db);
  const first = await aSeries(db, {
    ...{ library: comics, genres: ['drama', 'épic'], tags: ['b', 'Ä'], publisher: 'norma', language: 'fr' },
    ...{ sharingLabels: ['kids'], ageRating: 10 },
  });
  const book = await aBook(db, {
    ...{ series: first, tags: ['of book'], releaseDate: '2001-05-05' },
    ...{
      authors: [
        { name: 'Zoë', role: 'writer' },
        { name: 'Ann', role: 'penciller' },
      ],
    },
  });
  await aBook(db, { series: first, tags: ['of other'], authors: [{ name: 'Ann', role: 'writer' }] });
  const second = await aSeries(db, {
    ...{ genres: ['drama', 'horror'], publisher: 'Éditions', language: 'ja', ageRating: 18, deletedAt: new Date() },
  });
  await aBook(db, { series: second, releaseDate: '2010-01-01', authors: [{ name: 'ann', role: 'cover' }] });
  await aSeries(db);
  scopes = {
    collectionIds: [(await aCollection(db, [second])).id],
    seriesIds: [first.id],
    readListIds: [(await aReadList(db, [book])).id],
  };
});

test('values are distinct, sorted for people, without the empty one', async () => {
  const { db } = database;
  const rows = async (find: typeof findGenres) => (await find(db, aViewer(), all)).rows;
  await expect(rows(findGenres)).resolves.toEqual(['drama', 'épic', 'horror']);
  await expect(rows(findPublishers)).resolves.toEqual(['Éditions', 'norma']);
  await expect(rows(findLanguages)).resolves.toEqual(['fr', 'ja']);
  await expect(rows(findSharingLabels)).resolves.toEqual(['kids']);
  await expect(rows(findReleaseYears)).resolves.toEqual(['2010', '2001']);
});

test('ages are numbers; whether some series have none is told where it is asked', async () => {
  const { db } = database;
  await expect(findAgeRatings(db, aViewer(), all)).resolves.toMatchObject({ rows: [10, 18], total: 2 });
  await expect(findAgeRatingsOrNone(db, aViewer(), {})).resolves.toEqual([null, 10, 18]);
});

test('tags are of series, of books, or of both', async () => {
  const { db } = database;
  const rows = async (include?: 'SERIES' | 'BOOK') =>
    (await findTags(db, aViewer(), include ? { ...all, include } : all)).rows;
  await expect(rows('SERIES')).resolves.toEqual(['Ä', 'b']);
  await expect(rows('BOOK')).resolves.toEqual(['of book', 'of other']);
  await expect(rows()).resolves.toEqual(['Ä', 'b', 'of book', 'of other']);
});

test('authors are names with roles, names, or roles', async () => {
  const { db } = database;
  const authors = await findAuthors(db, aViewer(), all);
  expect(authors.rows.map(({ name, role }) => `${name} ${role}`)).toEqual([
    ...['ann cover', 'Ann penciller', 'Ann writer', 'Zoë writer'],
  ]);
  await expect(findAuthors(db, aViewer(), { ...all, role: 'cover' })).resolves.toMatchObject({ total: 1 });
  await expect(findAuthorNames(db, aViewer(), all)).resolves.toMatchObject({ rows: ['ann', 'Ann', 'Zoë'] });
  await expect(findAuthorNames(db, aViewer(), { ...all, role: 'writer' })).resolves.toMatchObject({
    rows: ['Ann', 'Zoë'],
  });
  await expect(findAuthorRoles(db, aViewer(), all)).resolves.toMatchObject({ rows: ['cover', 'penciller', 'writer'] });
});

test('a search finds parts, without regard to case and accents', async () => {
  const { db } = database;
  await expect(findGenres(db, aViewer(), { ...all, search: 'EPI' })).resolves.toMatchObject({ rows: ['épic'] });
  await expect(findGenres(db, aViewer(), { ...all, search: '%' })).resolves.toMatchObject({ rows: [] });
  await expect(findTags(db, aViewer(), { ...all, search: 'a' })).resolves.toMatchObject({ rows: ['Ä'] });
  const authors = await findAuthors(db, aViewer(), { ...all, search: 'OE' });
  expect(authors.rows).toEqual([{ name: 'Zoë', role: 'writer' }]);
  await expect(findAuthorNames(db, aViewer(), { ...all, search: 'nn' })).resolves.toMatchObject({
    rows: ['ann', 'Ann'],
  });
  // a part of a role is no part of a name
  await expect(findAuthors(db, aViewer(), { ...all, search: 'writ' })).resolves.toMatchObject({ rows: [] });
});

test('the scope is a library, a collection, a series or a read list, the first one given', async () => {
  const { db } = database;
  const genres = async (scope: object) => (await findGenres(db, aViewer(), { ...all, ...scope })).rows;
  await expect(genres({ libraryIds: [comics.id] })).resolves.toEqual(['drama', 'épic']);
  await expect(genres({ collectionIds: scopes.collectionIds })).resolves.toEqual(['drama', 'horror']);
  await expect(genres({ seriesIds: scopes.seriesIds })).resolves.toEqual(['drama', 'épic']);
  await expect(genres({ readListIds: scopes.readListIds })).resolves.toEqual(['drama', 'épic']);
  await expect(genres({ libraryIds: [comics.id], ...scopes })).resolves.toEqual(['drama', 'épic']);
  await expect(genres({ libraryIds: [], collectionIds: scopes.collectionIds })).resolves.toEqual(['drama', 'horror']);
});

test('of a read list only its own books count, for both kinds of tags the series of its books', async () => {
  const { db } = database;
  const { readListIds } = scopes;
  const tags = async (include?: 'BOOK' | 'SERIES') =>
    (await findTags(db, aViewer(), { ...all, readListIds, ...(include ? { include } : {}) })).rows;
  await expect(tags('BOOK')).resolves.toEqual(['of book']);
  await expect(tags('SERIES')).resolves.toEqual(['Ä', 'b']);
  await expect(tags()).resolves.toEqual(['Ä', 'b', 'of book', 'of other']);
  const names = await findAuthorNames(db, aViewer(), { ...all, readListIds, search: 'o' });
  expect(names.rows).toEqual(['Zoë']);
});

test('what the viewer may not see adds no value', async () => {
  const { db } = database;
  await expect(findGenres(db, strict, all)).resolves.toMatchObject({ rows: ['drama', 'épic'] });
  await expect(findAgeRatingsOrNone(db, strict, {})).resolves.toEqual([null, 10]);
  await expect(findReleaseYears(db, strict, all)).resolves.toMatchObject({ rows: ['2001'] });
  await expect(findAuthorRoles(db, strict, all)).resolves.toMatchObject({ rows: ['penciller', 'writer'] });
  await expect(findTags(db, aViewer({ libraryIds: [] }), { ...all, ...scopes })).resolves.toMatchObject({ rows: [] });
  const { readListIds } = scopes;
  const childish = aViewer({ labelsExclude: ['kids'] });
  await expect(findTags(db, childish, { ...all, readListIds })).resolves.toMatchObject({ rows: [] });
});

test('values come in slices, in one statement', async () => {
  const { db } = database;
  const slice = sliceOf({ page: 1, size: 2 });
  await expect(findGenres(db, aViewer(), { slice })).resolves.toEqual({
    ...{ rows: ['horror'], total: 3, page: 1, size: 2, sorted: true },
  });
  await expect(countStatements(db, () => findTags(db, strict, { slice }))).resolves.toBe(1);
});
