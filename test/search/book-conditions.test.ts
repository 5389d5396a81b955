import { newId, publicId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import { bookConditionFrom } from '../../src/search/condition-from-json';
import { findBooks } from '../../src/search/find-books';
import { everything } from '../../src/search/slice';
import { aBook, aProgress, aReadList, aSeries, aUser, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
const now = new Date();

let viewer = aViewer();
let books: Book[] = [];

/** Titles of what a condition, as a client sends it, finds. */
async function find(condition: unknown): Promise<string[]> {
  const { rows } = await findBooks(database.db, viewer, {
    condition: bookConditionFrom(condition),
    sort: ['metadata.title'],
    slice: everything,
  });
  return rows.map((row) => row.title);
}

const aPoster = (bookId: string, type: string, selected: boolean) =>
  database.db('poster').insert({
    ...{ id: newId(), bookId, type, selected, mediaType: 'image/jpeg', fileSize: 1, width: 1, height: 1 },
    ...{ image: Buffer.from('x'), createdAt: now },
  });

beforeAll(async () => {
  const { db } = database;
  const user = await aUser(db);
  viewer = aViewer({ userId: user.id });
  const series = await aSeries(db, { title: 'Series' });
  books = [
    await aBook(db, {
      ...{ series, title: 'Àrbol', numberSort: 10.1, tags: ['Action'], releaseDate: '2001-01-01' },
      ...{ authors: [{ name: 'Ann', role: 'writer' }] },
    }),
    await aBook(db, { series, title: 'Beta', numberSort: 2, mediaProfile: 'PDF', mediaType: 'application/pdf' }),
    await aBook(db, {
      ...{ title: 'Gone', deletedAt: now, mediaStatus: 'ERROR', mediaProfile: '', mediaType: '', oneshot: true },
      ...{ numberSort: -1 },
    }),
  ];
  await aProgress(db, books[0]!, { userId: user.id, completed: true });
  await aProgress(db, books[1]!, { userId: user.id });
  await aPoster(books[0]!.id, 'GENERATED', false);
  await aPoster(books[0]!.id, 'USER_UPLOADED', true);
  await aPoster(books[1]!.id, 'GENERATED', true);
});

const [a, b, g] = ['Àrbol', 'Beta', 'Gone'] as const;

test('libraryId, seriesId and readListId compare ids', async () => {
  const [book] = books;
  const readList = await aReadList(database.db, [books[1]!, books[2]!]);
  const [library, series, list] = [book!.libraryId, book!.seriesId, readList.id].map(publicId);
  await expect(find({ libraryId: { operator: 'is', value: library } })).resolves.toEqual([a, b]);
  await expect(find({ libraryId: { operator: 'isNot', value: library } })).resolves.toEqual([g]);
  await expect(find({ seriesId: { operator: 'is', value: series } })).resolves.toEqual([a, b]);
  await expect(find({ seriesId: { operator: 'isNot', value: series } })).resolves.toEqual([g]);
  await expect(find({ readListId: { operator: 'is', value: list } })).resolves.toEqual([b, g]);
  await expect(find({ readListId: { operator: 'isNot', value: list } })).resolves.toEqual([a]);
});

test.each<[string, unknown, string[]]>([
  ['deleted', { operator: 'isTrue' }, [g]],
  ['deleted', { operator: 'isFalse' }, [a, b]],
  ['oneShot', { operator: 'isTrue' }, [g]],
  ['oneShot', { operator: 'isFalse' }, [a, b]],
  ['title', { operator: 'is', value: 'arbol' }, [a]],
  ['title', { operator: 'isNot', value: 'arbol' }, [b, g]],
  ['title', { operator: 'contains', value: 'ETA' }, [b]],
  ['title', { operator: 'doesNotContain', value: 'o' }, [b]],
  ['title', { operator: 'beginsWith', value: 'AR' }, [a]],
  ['title', { operator: 'doesNotBeginWith', value: 'a' }, [b, g]],
  ['title', { operator: 'endsWith', value: 'ne' }, [g]],
  ['title', { operator: 'doesNotEndWith', value: 'ne' }, [a, b]],
  ['releaseDate', { operator: 'before', dateTime: '2001-01-02T00:00:00Z' }, [a]],
  ['releaseDate', { operator: 'after', dateTime: '2001-01-01T00:00:00Z' }, []],
  ['releaseDate', { operator: 'isInTheLast', duration: 'P30D' }, []],
  ['releaseDate', { operator: 'isNotInTheLast', duration: 'P30D' }, [a]],
  ['releaseDate', { operator: 'isNull' }, [b, g]],
  ['releaseDate', { operator: 'isNotNull' }, [a]],
  ['numberSort', { operator: 'is', value: 10.1 }, [a]],
  ['numberSort', { operator: 'isNot', value: 10.1 }, [b, g]],
  ['numberSort', { operator: 'greaterThan', value: 10.1 }, [a]],
  ['numberSort', { operator: 'lessThan', value: 2 }, [b, g]],
  ['tag', { operator: 'is', value: 'action' }, [a]],
  ['tag', { operator: 'isNot', value: 'action' }, [b, g]],
  ['tag', { operator: 'isNull' }, [b, g]],
  ['tag', { operator: 'isNotNull' }, [a]],
  ['readStatus', { operator: 'is', value: 'UNREAD' }, [g]],
  ['readStatus', { operator: 'isNot', value: 'UNREAD' }, [a, b]],
  ['readStatus', { operator: 'is', value: 'READ' }, [a]],
  ['readStatus', { operator: 'isNot', value: 'READ' }, [b, g]],
  ['readStatus', { operator: 'is', value: 'IN_PROGRESS' }, [b]],
  ['readStatus', { operator: 'isNot', value: 'IN_PROGRESS' }, [a, g]],
  ['mediaStatus', { operator: 'is', value: 'ERROR' }, [g]],
  ['mediaStatus', { operator: 'isNot', value: 'ERROR' }, [a, b]],
  ['mediaProfile', { operator: 'is', value: 'PDF' }, [b]],
  // the one that was not analysed is in neither
  ['mediaProfile', { operator: 'isNot', value: 'PDF' }, [a]],
  ['author', { operator: 'is', value: { name: 'ANN' } }, [a]],
  ['author', { operator: 'isNot', value: { role: 'writer' } }, [b, g]],
  ['poster', { operator: 'is', value: { type: 'GENERATED' } }, [a, b]],
  ['poster', { operator: 'is', value: { type: 'GENERATED', selected: true } }, [b]],
  ['poster', { operator: 'is', value: { selected: 'true' } }, [a, b]],
  ['poster', { operator: 'isNot', value: { type: 'USER_UPLOADED' } }, [b, g]],
  ['poster', { operator: 'isNot', value: {} }, [a, b, g]],
])('%s %j finds %j', async (key, leaf, expected) => {
  await expect(find({ [key]: leaf })).resolves.toEqual(expected);
});

test('what Paperback asks for a list of chapters means all of its keys', async () => {
  const condition = {
    seriesId: { operator: 'is', value: publicId(books[0]!.seriesId) },
    deleted: { operator: 'isFalse' },
    mediaStatus: { operator: 'is', value: 'READY' },
  };
  await expect(find(condition)).resolves.toEqual([a, b]);
});
