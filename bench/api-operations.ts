import type { Database } from '../src/db/database';
import { publicId } from '../src/base/public-id';

/** A request that clients send. */
export interface Operation {
  name: string;
  path: string;
  /** Sent by POST. */
  body?: object;
  /** Asked as somebody who sees two of the five libraries and nothing above the age of 16. */
  restricted?: true;
  /** Asked as an administrator. */
  admin?: true;
}

const anyOf = (...conditions: object[]) => ({ condition: { anyOf: conditions } });
const allOf = (...conditions: object[]) => ({ condition: { allOf: conditions } });
const is = (value: unknown) => ({ operator: 'is', value });

interface Subjects {
  library: string;
  series: string;
  book: string;
  /** A book with a poster and pages. */
  covered: string;
  coveredSeries: string;
  readList: string;
  collection: string;
  /** The last whole page of twenty. */
  lastSeries: number;
  lastBooks: number;
}

/** What is asked for, out of the middle of the catalogue. */
export async function findSubjects(db: Database): Promise<Subjects> {
  const { rows } = await db.raw<{ rows: [Omit<Subjects, 'lastSeries' | 'lastBooks'> & Record<string, string>] }>(
    `select b.id as book, b.series_id as series, b.library_id as library,
       (select count(*) from series) as "seriesCount", (select count(*) from book) as "bookCount",
       (select id from book where media_status = 'READY' order by created_at desc limit 1) as covered,
       (select series_id from book where media_status = 'READY' order by created_at desc limit 1) as "coveredSeries",
       (select id from read_list limit 1) as "readList", (select id from collection limit 1) as collection
     from book b where b.number = 2 order by b.id offset (select count(*) / 2 from series) limit 1`,
  );
  const [{ seriesCount, bookCount, ...ids }] = rows;
  const open = Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, publicId(id)]));
  const last = (count = '0') => Math.floor(Number(count) / 20) - 1;
  return { ...open, lastSeries: last(seriesCount), lastBooks: last(bookCount) } as Subjects;
}

const seriesList = (name: string, query: string, body: object = {}): Operation => ({
  ...{ name: `series: ${name}`, path: `/api/v1/series/list?${query}`, body },
});
const bookList = (name: string, query: string, body: object = {}): Operation => ({
  ...{ name: `books: ${name}`, path: `/api/v1/books/list?${query}`, body },
});
const get = (name: string, path: string): Operation => ({ name, path });

function seriesLists({ library, lastSeries, collection }: Subjects): Operation[] {
  const byTitle = 'size=20&sort=metadata.titleSort,asc';
  return [
    seriesList('by title', byTitle),
    seriesList('by title, last page', `${byTitle}&page=${lastSeries}`),
    seriesList('500 at once', 'size=500&sort=metadata.titleSort,asc'),
    seriesList('of a library', byTitle, allOf({ libraryId: is(library) })),
    seriesList('unread', byTitle, allOf({ readStatus: is('UNREAD') })),
    seriesList('begun', byTitle, allOf({ readStatus: is('IN_PROGRESS') })),
    seriesList('of two genres', byTitle, anyOf({ genre: is('drama') }, { genre: is('horror') })),
    seriesList('of an author', byTitle, allOf({ author: is({ name: 'Author 77', role: 'writer' }) })),
    seriesList('search, a word', 'size=20', { fullTextSearch: 'lanterns' }),
    seriesList('search, part of a word', 'size=20', { fullTextSearch: 'lant' }),
    seriesList('search, a letter', 'size=20', { fullTextSearch: 'j' }),
    seriesList('search, a character', 'size=20', { fullTextSearch: '巨' }),
    seriesList('search, two characters', 'size=20', { fullTextSearch: '進撃' }),
    seriesList('search, Cyrillic', 'size=20', { fullTextSearch: 'Тих' }),
    seriesList('by title, middle page', `${byTitle}&page=${Math.floor(lastSeries / 2)}`),
    seriesList('of a genre', byTitle, allOf({ genre: is('drama') })),
    seriesList('of a tag and a status', byTitle, allOf({ tag: is('tag 77') }, { seriesStatus: is('ONGOING') })),
    seriesList('of an age', byTitle, allOf({ ageRating: { operator: 'lessThan', value: 12 } })),
    seriesList('at random', 'size=20&sort=random'),
    seriesList('by date of release', 'size=20&sort=booksMetadata.releaseDate,desc'),
    seriesList('by number of books', 'size=20&sort=booksCount,desc'),
    seriesList('unread of a genre', byTitle, allOf({ readStatus: is('UNREAD') }, { genre: is('drama') })),
    seriesList('last read', 'size=20&sort=readDate,desc', allOf({ readStatus: is('READ') })),
    get('series: new', '/api/v1/series/new?size=20'),
    get('series: updated', '/api/v1/series/updated?size=20'),
    get('series: Mihon’s list', `/api/v1/series?page=0&library_id=${library}&read_status=UNREAD&deleted=false`),
    get('series: alphabetical groups', '/api/v1/series/alphabetical-groups'),
    get('series: of a collection', `/api/v1/collections/${collection}/series`),
  ];
}

function bookLists({ library, series, readList, lastBooks }: Subjects): Operation[] {
  return [
    get('books: of a series', `/api/v1/series/${series}/books?sort=metadata.numberSort,asc`),
    bookList('by title', 'size=20&sort=metadata.title,asc'),
    bookList('newest', 'size=20&sort=createdDate,desc'),
    bookList('newest, last page', `size=20&sort=createdDate,desc&page=${lastBooks}`),
    bookList('newest, middle page', `size=20&sort=createdDate,desc&page=${Math.floor(lastBooks / 2)}`),
    bookList('of a tag', 'size=20', allOf({ tag: is('tag 77') })),
    bookList('released last', 'size=20&sort=metadata.releaseDate,desc'),
    bookList('ready', 'size=20', allOf({ mediaStatus: is('READY') }, { deleted: { operator: 'isFalse' } })),
    { ...get('books: duplicates', '/api/v1/books/duplicates?size=20'), admin: true },
    bookList('500 at once', 'size=500&sort=createdDate,desc'),
    bookList('keep reading', 'size=20&sort=readProgress.readDate,desc', allOf({ readStatus: is('IN_PROGRESS') })),
    bookList('of a library, unread', 'size=20', allOf({ libraryId: is(library) }, { readStatus: is('UNREAD') })),
    bookList('search, two words', 'size=20', { fullTextSearch: 'volume amber' }),
    get('books: on deck', '/api/v1/books/ondeck?size=20'),
    get('books: latest', '/api/v1/books/latest?size=20'),
    get('books: of a read list', `/api/v1/readlists/${readList}/books`),
  ];
}

function lookUps({ series, book, covered, coveredSeries }: Subjects): Operation[] {
  return [
    get('one series', `/api/v1/series/${series}`),
    get('one book', `/api/v1/books/${book}`),
    get('next book', `/api/v1/books/${book}/next`),
    get('previous book', `/api/v1/books/${book}/previous`),
    get('pages of a book', `/api/v1/books/${covered}/pages`),
    get('poster of a book', `/api/v1/books/${covered}/thumbnail`),
    get('poster of a series', `/api/v1/series/${coveredSeries}/thumbnail`),
    get('progress of a series', `/api/v2/series/${series}/read-progress/tachiyomi`),
    get('libraries', '/api/v1/libraries'),
    get('collections', '/api/v1/collections?size=20'),
    get('genres', '/api/v1/genres'),
    get('tags', '/api/v1/tags'),
    get('tags, part of a page', '/api/v2/tags?search=tag%207&size=20'),
    get('publishers', '/api/v1/publishers'),
    get('languages', '/api/v1/languages'),
    get('age ratings', '/api/v1/age-ratings'),
    get('release years', '/api/v2/series/release-years'),
    get('sharing labels', '/api/v1/sharing-labels'),
    get('authors, by name', '/api/v2/authors?search=author%2012&size=20'),
    get('authors, first page', '/api/v2/authors?size=20'),
    get('author names', '/api/v1/authors/names?search=author%2012'),
    get('author roles', '/api/v1/authors/roles'),
    get('OPDS 1.2: series', '/opds/v1.2/series'),
    get('OPDS 1.2: latest books', '/opds/v1.2/books/latest'),
    get('OPDS 2: latest books', '/opds/v2/libraries/books/latest'),
  ];
}

const operations = (subjects: Subjects) => [...seriesLists(subjects), ...bookLists(subjects), ...lookUps(subjects)];

/** Every list and look-up of the clients, and some of them again as somebody from whom most is hidden. */
export function operationsOf(subjects: Subjects): Operation[] {
  const names = [
    'alphabetical groups',
    'latest',
    'on deck',
    'genres',
    'tags',
    'publishers',
    'authors',
    'release dates',
  ];
  const restricted = [
    ...[...seriesLists(subjects).slice(0, 6), ...bookLists(subjects).slice(1, 4)],
    ...operations(subjects).filter(({ name }) => names.some((part) => name.includes(part))),
  ];
  return [
    ...operations(subjects),
    ...restricted.map((operation): Operation => ({ ...operation, name: `${operation.name} ¶`, restricted: true })),
  ];
}
