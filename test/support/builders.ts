import type { Model } from 'objection';
import { newId } from '../../src/base/public-id';
import { fold } from '../../src/base/text';
import type { Database } from '../../src/db/database';
import { Book } from '../../src/model/book';
import { authorKeys, bookTitleKeys, foldAll, seriesTagKeys, seriesTitleKeys } from '../../src/model/keys';
import { Library } from '../../src/model/library';
import { Collection, CollectionSeries, ReadList, ReadListBook, ReadProgress } from '../../src/model/reading';
import { Series } from '../../src/model/series';
import { UserAccount, UserLibrary, type Role } from '../../src/model/user-account';
import type { Viewer } from '../../src/search/viewer';

/**
 * Valid rows with defaults, written to the database: a test names only what matters to it. Every builder takes the
 * columns of its model; keys, counts and aggregates follow by themselves, as they do in the product.
 */
type Fields<M> = Partial<Omit<M, keyof Model>>;

const past = new Date('2024-01-01T00:00:00Z');

export async function aLibrary(db: Database, fields: Fields<Library> = {}): Promise<Library> {
  const id = newId();
  const name = fields.name ?? `Library ${id.slice(-6)}`;
  const row = { id, name, root: `/library/${id}`, createdAt: past, modifiedAt: past, ...fields };
  return Library.query(db).insertAndFetch(row);
}

export type SeriesFields = Fields<Series> & { library?: Library };

/** A series without books; in a new library unless one is given. */
export async function aSeries(db: Database, { library, ...fields }: SeriesFields = {}): Promise<Series> {
  const libraryId = fields.libraryId ?? library?.id ?? (await aLibrary(db)).id;
  const id = fields.id ?? newId();
  const title = fields.title ?? fields.name ?? `Series ${id.slice(-6)}`;
  const createdAt = fields.createdAt ?? past;
  const plain = {
    ...{ id, libraryId, title, titleSort: title, name: title, path: id, alternateTitles: [], tags: [], booksTags: [] },
    ...{ genres: [], sharingLabels: [], booksAuthors: [], publisher: '', createdAt, modifiedAt: createdAt },
    ...{ fileModifiedAt: createdAt, metadataCreatedAt: createdAt, metadataModifiedAt: createdAt },
    ...{ booksMetadataCreatedAt: createdAt, booksMetadataModifiedAt: createdAt },
    ...fields,
  };
  return Series.query(db).insertAndFetch({
    ...plain,
    ...seriesTitleKeys(plain),
    publisherKey: fold(plain.publisher),
    genreKeys: foldAll(plain.genres),
    tagKeys: seriesTagKeys(plain),
    sharingLabelKeys: foldAll(plain.sharingLabels),
    authorKeys: authorKeys(plain.booksAuthors),
  });
}

export type BookFields = Fields<Book> & { series?: Series };

/** An analysed book of three pages, the next one of its series; in a new series unless one is given. */
export async function aBook(db: Database, { series, ...fields }: BookFields = {}): Promise<Book> {
  const owner =
    series ??
    (fields.seriesId ? await Series.query(db).findById(fields.seriesId).throwIfNotFound() : await aSeries(db));
  const id = fields.id ?? newId();
  const number = fields.number ?? (await Book.query(db).where({ seriesId: owner.id }).resultSize()) + 1;
  const title = fields.title ?? fields.name ?? `Book ${number}`;
  const createdAt = fields.createdAt ?? past;
  const plain = {
    ...{ id, libraryId: owner.libraryId, seriesId: owner.id, title, name: title, path: `${owner.path}/${id}.cbz` },
    ...{ number, numberSort: number, metadataNumber: String(number), tags: [], authors: [], isbn: '' },
    ...{ fileSize: 1000, pageCount: 3, createdAt, modifiedAt: createdAt, fileModifiedAt: createdAt },
    ...{ mediaStatus: 'READY' as const, mediaType: 'application/zip', mediaProfile: 'DIVINA' as const },
    ...{ metadataCreatedAt: createdAt, metadataModifiedAt: createdAt, mediaModifiedAt: createdAt },
    ...{ oneshot: owner.oneshot },
    ...fields,
  };
  const keys = { ...bookTitleKeys(plain), tagKeys: foldAll(plain.tags), authorKeys: authorKeys(plain.authors) };
  const book = await Book.query(db).insertAndFetch({ ...plain, ...keys });
  await aggregate(db, owner.id);
  return book;
}

/** Brings the count and the aggregates of a series in line with its books. */
async function aggregate(db: Database, seriesId: string): Promise<void> {
  const series = await Series.query(db).findById(seriesId).throwIfNotFound();
  const books = await Book.query(db).where({ seriesId }).orderBy(['numberSort', 'id']);
  const authors = new Map(books.flatMap((book) => book.authors).map((author) => [authorKey(author), author]));
  const summarised = books.find((book) => book.summary !== '');
  const booksTags = [...new Set(books.flatMap((book) => book.tags))];
  const dates = books.flatMap((book) => book.releaseDate ?? []).sort();
  await Series.query(db)
    .findById(seriesId)
    .patch({
      bookCount: books.length,
      booksAuthors: [...authors.values()],
      booksTags,
      booksReleaseDate: dates[0] ?? null,
      booksSummary: summarised?.summary ?? '',
      booksSummaryNumber: summarised?.metadataNumber ?? '',
      tagKeys: seriesTagKeys({ tags: series.tags, booksTags }),
      authorKeys: authorKeys([...authors.values()]),
    });
}

const authorKey = ({ name, role }: { name: string; role: string }) => `${role}|${name}`;

/** A series with `count` books of the same fields; the books in order. */
export async function aSeriesWithBooks(
  db: Database,
  count: number,
  fields: SeriesFields = {},
): Promise<{ series: Series; books: Book[] }> {
  const series = await aSeries(db, fields);
  const books: Book[] = [];
  for (let number = 1; number <= count; number++) books.push(await aBook(db, { series }));
  return { series: await Series.query(db).findById(series.id).throwIfNotFound(), books };
}

export type UserFields = Fields<UserAccount> & { libraries?: Library[] };

/** A user with all roles but ADMIN, who sees everything; `libraries` limits them to these. */
export async function aUser(db: Database, { libraries, ...fields }: UserFields = {}): Promise<UserAccount> {
  const id = newId();
  const roles: Role[] = ['FILE_DOWNLOAD', 'PAGE_STREAMING'];
  const row = {
    ...{ id, email: `${id.slice(-12)}@example.org`, passwordHash: '', roles, createdAt: past, modifiedAt: past },
    ...{ sharedAllLibraries: libraries === undefined },
    ...fields,
  };
  const user = await UserAccount.query(db).insertAndFetch(row);
  for (const library of libraries ?? []) await UserLibrary.query(db).insert({ userId: user.id, libraryId: library.id });
  return user;
}

/** Who asks; an ordinary user without any restriction unless told. */
export function aViewer(fields: Partial<Viewer> = {}): Viewer {
  return {
    userId: newId(),
    email: 'reader@example.org',
    roles: new Set<Role>(['FILE_DOWNLOAD', 'PAGE_STREAMING']),
    libraryIds: null,
    ageRestriction: null,
    labelsAllow: [],
    labelsExclude: [],
    ...fields,
  };
}

export type ProgressFields = Fields<ReadProgress> & { userId: string };

/** Progress of a user in a book (page 1, not completed, unless told), with the counts of the series. */
export async function aProgress(db: Database, book: Book, fields: ProgressFields): Promise<ReadProgress> {
  const completed = fields.completed ?? false;
  const readAt = fields.readAt ?? past;
  const row = {
    ...{ bookId: book.id, page: completed ? book.pageCount : 1, completed, readAt, createdAt: readAt },
    ...{ modifiedAt: readAt },
    ...fields,
  };
  await ReadProgress.query(db).insert(row).onConflict(['userId', 'bookId']).merge();
  await db.raw(
    `insert into series_progress (user_id, series_id, read_count, in_progress_count, last_read_at)
     select p.user_id, b.series_id, count(*) filter (where p.completed), count(*) filter (where not p.completed), max(p.read_at)
     from read_progress p join book b on b.id = p.book_id where p.user_id = ? and b.series_id = ? group by 1, 2
     on conflict (user_id, series_id) do update set read_count = excluded.read_count,
       in_progress_count = excluded.in_progress_count, last_read_at = excluded.last_read_at`,
    [fields.userId, book.seriesId],
  );
  return ReadProgress.query(db).findById([fields.userId, book.id]).throwIfNotFound();
}

/** A collection of the given series, in their order. */
export async function aCollection(
  db: Database,
  series: Series[],
  fields: Fields<Collection> = {},
): Promise<Collection> {
  const id = newId();
  const name = fields.name ?? `Collection ${id.slice(-6)}`;
  const row = { id, name, nameKey: fold(name), ordered: true, createdAt: past, modifiedAt: past, ...fields };
  const collection = await Collection.query(db).insertAndFetch(row);
  for (const [position, { id: seriesId }] of series.entries()) {
    await CollectionSeries.query(db).insert({ collectionId: collection.id, seriesId, position });
  }
  return collection;
}

/** A read list of the given books, in their order. */
export async function aReadList(db: Database, books: Book[], fields: Fields<ReadList> = {}): Promise<ReadList> {
  const id = newId();
  const name = fields.name ?? `Read list ${id.slice(-6)}`;
  const row = { id, name, nameKey: fold(name), ordered: true, createdAt: past, modifiedAt: past, ...fields };
  const list = await ReadList.query(db).insertAndFetch(row);
  for (const [position, { id: bookId }] of books.entries()) {
    await ReadListBook.query(db).insert({ readListId: list.id, bookId, position });
  }
  return list;
}
