import { publicId } from '../../src/base/public-id';
import type { Library } from '../../src/model/library';
import type { Collection } from '../../src/model/reading';
import { seriesConditionFrom } from '../../src/search/condition-from-json';
import { findSeries } from '../../src/search/find-series';
import { everything } from '../../src/search/slice';
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

const database = useDatabase();
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

let viewer = aViewer();
let comics: Library;
let favourites: Collection;

/** Titles of what a condition, as a client sends it, finds. */
async function find(condition: unknown): Promise<string[]> {
  const { rows } = await findSeries(database.db, viewer, {
    condition: seriesConditionFrom(condition),
    sort: ['metadata.titleSort'],
    slice: everything,
  });
  return rows.map((row) => row.title);
}

beforeAll(async () => {
  const { db } = database;
  const user = await aUser(db);
  viewer = aViewer({ userId: user.id });
  comics = await aLibrary(db);
  const manga = await aLibrary(db);

  const alpha = await aSeries(db, {
    ...{ library: comics, title: 'Alpha', titleSort: 'alpha', genres: ['kids', 'teens'], tags: ['café'] },
    ...{ sharingLabels: ['family'], publisher: 'Éditions 50%', language: 'fr', ageRating: 10, status: 'ENDED' },
    ...{ totalBookCount: 1 },
  });
  const alphaBook = await aBook(db, {
    ...{ series: alpha, tags: ['from_book'], releaseDate: '2020-06-15' },
    ...{
      authors: [
        { name: 'Łukasz Ó', role: 'writer' },
        { name: 'Bob', role: 'penciller' },
      ],
    },
  });
  const beta = await aSeriesWithBooks(db, 2, {
    ...{ library: manga, title: 'Beta_100%', genres: ['kids'], publisher: 'Norma', language: 'ja-JP', ageRating: 16 },
    ...{ status: 'ONGOING', totalBookCount: 5 },
  });
  await aBook(db, { series: beta.series, releaseDate: daysAgo(10), authors: [{ name: 'Bob', role: 'writer' }] });
  await aSeries(db, {
    library: comics,
    title: 'ガンマ Straße',
    genres: ['adult'],
    deletedAt: new Date(),
    status: 'HIATUS',
  });
  await aSeries(db, { library: comics, title: 'Δέλτα', oneshot: true, status: 'ABANDONED' });

  await aProgress(db, beta.books[0]!, { userId: user.id, completed: true });
  await aProgress(db, alphaBook, { userId: user.id, completed: true });
  favourites = await aCollection(db, [beta.series, alpha]);
});

const [a, b, c, d] = ['Alpha', 'Beta_100%', 'ガンマ Straße', 'Δέλτα'] as const;
const all = [a, b, d, c];

test('without an effect it finds everything', async () => {
  await expect(find(null)).resolves.toEqual(all);
  await expect(find({ allOf: [] })).resolves.toEqual(all);
  await expect(find({ anyOf: [] })).resolves.toEqual(all);
  await expect(find({ anyOf: [null, { allOf: [{ author: { operator: 'is', value: {} } }] }] })).resolves.toEqual(all);
});

test('a neutral part disappears from what holds it', async () => {
  const kids = { genre: { operator: 'is', value: 'kids' } };
  await expect(find({ anyOf: [{ anyOf: [] }, kids] })).resolves.toEqual([a, b]);
  await expect(find({ allOf: [{ anyOf: [] }, kids] })).resolves.toEqual([a, b]);
});

test('parts are combined as they are nested', async () => {
  const genre = (value: string) => ({ genre: { operator: 'is', value } });
  const ended = { seriesStatus: { operator: 'is', value: 'ENDED' } };
  await expect(find({ anyOf: [genre('adult'), { allOf: [genre('kids'), ended] }] })).resolves.toEqual([a, c]);
  await expect(find({ allOf: [{ anyOf: [genre('adult'), genre('kids')] }, ended] })).resolves.toEqual([a]);
});

test('libraryId compares ids', async () => {
  const id = publicId(comics.id);
  await expect(find({ libraryId: { operator: 'is', value: id } })).resolves.toEqual([a, d, c]);
  await expect(find({ libraryId: { operator: 'isNot', value: id } })).resolves.toEqual([b]);
  await expect(find({ libraryId: { operator: 'is', value: 'nonsense' } })).resolves.toEqual([]);
  await expect(find({ libraryId: { operator: 'isNot', value: 'nonsense' } })).resolves.toEqual(all);
});

test('collectionId asks for membership', async () => {
  const id = publicId(favourites.id);
  await expect(find({ collectionId: { operator: 'is', value: id } })).resolves.toEqual([a, b]);
  await expect(find({ collectionId: { operator: 'isNot', value: id } })).resolves.toEqual([d, c]);
});

// every operator with a match, without one, and (where it can be) with an absent value
test.each<[string, unknown, string[]]>([
  ['deleted', { operator: 'isTrue' }, [c]],
  ['deleted', { operator: 'isFalse' }, [a, b, d]],
  ['oneShot', { operator: 'isTrue' }, [d]],
  ['oneShot', { operator: 'isFalse' }, [a, b, c]],
  ['complete', { operator: 'isTrue' }, [a]],
  ['complete', { operator: 'isFalse' }, [b]],
  ['title', { operator: 'is', value: 'ALPHÄ' }, [a]],
  ['title', { operator: 'is', value: 'alph' }, []],
  ['title', { operator: 'isNot', value: 'alpha' }, [b, d, c]],
  ['title', { operator: 'is', value: 'がんま strasse' }, [c]],
  ['title', { operator: 'contains', value: 'ΈΛΤ' }, [d]],
  ['title', { operator: 'contains', value: '%' }, [b]],
  ['title', { operator: 'contains', value: '_' }, [b]],
  ['title', { operator: 'contains', value: String.raw`\ ` }, []],
  ['title', { operator: 'contains', value: '' }, all],
  ['title', { operator: 'doesNotContain', value: 'a' }, [d]],
  ['title', { operator: 'doesNotContain', value: '' }, []],
  ['title', { operator: 'beginsWith', value: 'ÁL' }, [a]],
  ['title', { operator: 'beginsWith', value: 'lpha' }, []],
  ['title', { operator: 'doesNotBeginWith', value: 'al' }, [b, d, c]],
  ['title', { operator: 'endsWith', value: '0%' }, [b]],
  ['title', { operator: 'endsWith', value: 'Alph' }, []],
  ['title', { operator: 'doesNotEndWith', value: 'strasse' }, [a, b, d]],
  ['titleSort', { operator: 'is', value: 'Alpha' }, [a]],
  ['titleSort', { operator: 'isNot', value: 'alpha' }, [b, d, c]],
  ['titleSort', { operator: 'contains', value: 'lph' }, [a]],
  ['titleSort', { operator: 'doesNotContain', value: 'lph' }, [b, d, c]],
  ['titleSort', { operator: 'beginsWith', value: 'b' }, [b]],
  ['titleSort', { operator: 'doesNotBeginWith', value: 'b' }, [a, d, c]],
  ['titleSort', { operator: 'endsWith', value: 'A' }, [a]],
  ['titleSort', { operator: 'doesNotEndWith', value: 'a' }, [b, d, c]],
  ['releaseDate', { operator: 'before', dateTime: '2020-06-16T00:00:00Z' }, [a]],
  ['releaseDate', { operator: 'before', dateTime: '2020-06-15T23:59:59Z' }, []],
  ['releaseDate', { operator: 'after', dateTime: '2020-06-14T23:59:59Z' }, [a, b]],
  ['releaseDate', { operator: 'after', dateTime: '2020-06-15T00:00:00Z' }, [b]],
  ['releaseDate', { operator: 'after', dateTime: '2020-06-15T20:00:00-09:00' }, [b]],
  ['releaseDate', { operator: 'isInTheLast', duration: 'P11D' }, [b]],
  ['releaseDate', { operator: 'isInTheLast', duration: 'P10D' }, []],
  ['releaseDate', { operator: 'isInTheLast', duration: 10 * 86_400 + 80_000 }, []],
  ['releaseDate', { operator: 'isNotInTheLast', duration: 'P9DT23H' }, [a, b]],
  ['releaseDate', { operator: 'isNotInTheLast', duration: 'P10D' }, [a]],
  ['releaseDate', { operator: 'isNull' }, [d, c]],
  ['releaseDate', { operator: 'isNotNull' }, [a, b]],
  ['tag', { operator: 'is', value: 'CAFE' }, [a]],
  ['tag', { operator: 'is', value: 'From_Book' }, [a]],
  ['tag', { operator: 'is', value: 'from' }, []],
  ['tag', { operator: 'isNot', value: 'cafe' }, [b, d, c]],
  ['tag', { operator: 'isNull' }, [b, d, c]],
  ['tag', { operator: 'isNotNull' }, [a]],
  ['sharingLabel', { operator: 'is', value: 'Family' }, [a]],
  ['sharingLabel', { operator: 'isNot', value: 'Family' }, [b, d, c]],
  ['sharingLabel', { operator: 'isNull' }, [b, d, c]],
  ['sharingLabel', { operator: 'isNotNull' }, [a]],
  ['publisher', { operator: 'is', value: 'editions 50%' }, [a]],
  ['publisher', { operator: 'is', value: 'editions' }, []],
  ['publisher', { operator: 'is', value: '' }, [d, c]],
  ['publisher', { operator: 'isNot', value: '' }, [a, b]],
  ['publisher', { operator: 'isNot', value: 'norma' }, [a, d, c]],
  ['language', { operator: 'is', value: 'JA-jp' }, [b]],
  ['language', { operator: 'is', value: 'ja' }, []],
  ['language', { operator: 'is', value: '' }, [d, c]],
  ['language', { operator: 'isNot', value: 'fr' }, [b, d, c]],
  ['genre', { operator: 'is', value: 'Kids' }, [a, b]],
  ['genre', { operator: 'isNot', value: 'kids' }, [d, c]],
  ['genre', { operator: 'isNull' }, [d]],
  ['genre', { operator: 'isNotNull' }, [a, b, c]],
  ['ageRating', { operator: 'is', value: 10 }, [a]],
  ['ageRating', { operator: 'isNot', value: 10 }, [b, d, c]],
  ['ageRating', { operator: 'greaterThan', value: 10 }, [a, b]],
  ['ageRating', { operator: 'greaterThan', value: 11 }, [b]],
  ['ageRating', { operator: 'lessThan', value: 16 }, [a, b]],
  ['ageRating', { operator: 'lessThan', value: 15 }, [a]],
  ['ageRating', { operator: 'isNull' }, [d, c]],
  ['ageRating', { operator: 'isNotNull' }, [a, b]],
  ['readStatus', { operator: 'is', value: 'UNREAD' }, [d, c]],
  ['readStatus', { operator: 'isNot', value: 'UNREAD' }, [a, b]],
  ['readStatus', { operator: 'is', value: 'READ' }, [a]],
  ['readStatus', { operator: 'isNot', value: 'READ' }, [b, d, c]],
  // one book completed, nothing open, some left
  ['readStatus', { operator: 'is', value: 'IN_PROGRESS' }, [b]],
  ['readStatus', { operator: 'isNot', value: 'IN_PROGRESS' }, [a, d, c]],
  ['seriesStatus', { operator: 'is', value: 'ENDED' }, [a]],
  ['seriesStatus', { operator: 'isNot', value: 'ENDED' }, [b, d, c]],
  ['author', { operator: 'is', value: { name: 'lukasz o', role: 'WRITER' } }, [a]],
  ['author', { operator: 'is', value: { name: 'lukasz o', role: 'penciller' } }, []],
  ['author', { operator: 'is', value: { name: 'bob' } }, [a, b]],
  ['author', { operator: 'is', value: { role: 'penciller' } }, [a]],
  ['author', { operator: 'is', value: { name: '', role: 'penciller' } }, []],
  ['author', { operator: 'isNot', value: { role: 'penciller' } }, [b, d, c]],
  ['author', { operator: 'isNot', value: { name: 'Bob', role: 'writer' } }, [a, d, c]],
  ['author', { operator: 'isNot', value: {} }, all],
])('%s %j finds %j', async (key, leaf, expected) => {
  await expect(find({ [key]: leaf })).resolves.toEqual(expected);
});

test('text of a client is never SQL', async () => {
  const value = `x'); drop table series; -- ? $1 \\ "`;
  await expect(find({ title: { operator: 'contains', value } })).resolves.toEqual([]);
  await expect(find({ genre: { operator: 'is', value } })).resolves.toEqual([]);
  await expect(find(null)).resolves.toEqual(all);
});
