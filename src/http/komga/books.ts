import { z } from 'zod';
import { notFound } from '../../base/errors';
import { uuidOf } from '../../base/public-id';
import { requireBook } from '../../library/access';
import { editBook, editBooks } from '../../library/edit-metadata';
import { markBook, unmarkBook } from '../../library/progress';
import { requestAnalysis, requestRefresh } from '../../library/requests';
import { bookSearchFrom } from '../../search/condition-from-json';
import { findBooks, findDuplicates, findLatestBooks, getBook } from '../../search/find-books';
import { findReadListsOfBook } from '../../search/find-lists';
import { findOnDeck } from '../../search/on-deck';
import { siblingInSeries, type Direction } from '../../search/siblings';
import { sliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { entityId, manyIds, pageParameters, sliceParameters } from '../input';
import { route, type Route } from '../route';
import { withoutBody } from './absent';
import { bookConditionFromQuery, bookFilters, searchFilters } from './condition-from-query';
import { bookDto } from './dto/book';
import { readListDto } from './dto/lists';
import { bookChangesBody } from './dto/metadata-changes';
import { pageOf } from './dto/page';
import { progressBody } from './dto/progress';
import { bookSearchBody } from './dto/search';
import { bookEditFrom } from './edit-from-body';
import { booksPage, presentBook } from './present/book';
import { presentReadList } from './present/lists';

const tag = 'Books';
const params = z.object({ bookId: entityId() });

export function bookRoutes(deps: HttpDeps): Route[] {
  return [...search(deps), ...lists(deps), ...one(deps), ...progress(deps), ...administration(deps)];
}

function search({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/books/list',
      id: 'getBooks',
      tag,
      summary: 'Search books by a condition and by words',
      access: 'any',
      query: z.object(pageParameters),
      body: bookSearchBody,
      reply: pageOf(bookDto),
      handler: async ({ viewer, query, body }) => {
        const wanted = { ...bookSearchFrom(body), sort: query.sort, slice: sliceOf(query) };
        return booksPage(await findBooks(db, viewer, wanted), viewer);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/books',
      id: 'getAllBooksDeprecated',
      tag,
      summary: 'Search books by query parameters',
      deprecated: true,
      access: 'any',
      query: z
        .object({ search: searchFilters.search, ...bookFilters })
        .omit({ deleted: true, author: true })
        .extend(pageParameters),
      reply: pageOf(bookDto),
      handler: async ({ viewer, query }) => {
        const condition = bookConditionFromQuery(query);
        const wanted = { condition, fullText: query.search, sort: query.sort, slice: sliceOf(query) };
        return booksPage(await findBooks(db, viewer, wanted), viewer);
      },
    }),
  ];
}

function lists({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/books/latest',
      id: 'getBooksLatest',
      tag,
      summary: 'Books, the last one changed first',
      access: 'any',
      query: z.object(sliceParameters),
      reply: pageOf(bookDto),
      handler: async ({ viewer, query }) =>
        booksPage(await findLatestBooks(db, viewer, { slice: sliceOf(query) }), viewer),
    }),
    route({
      method: 'get',
      path: '/api/v1/books/ondeck',
      id: 'getBooksOnDeck',
      tag,
      summary: 'The next book of each series of which some books are read and none is begun',
      access: 'any',
      query: z.object({ library_id: manyIds(), ...sliceParameters }).omit({ unpaged: true }),
      reply: pageOf(bookDto),
      handler: async ({ viewer, query }) => {
        const wanted = { libraryIds: query.library_id, slice: sliceOf(query) };
        return booksPage(await findOnDeck(db, viewer, wanted), viewer);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/books/duplicates',
      id: 'getBooksDuplicates',
      tag,
      summary: 'Books whose file occurs more than once',
      access: 'ADMIN',
      query: z.object(pageParameters),
      reply: pageOf(bookDto),
      handler: async ({ viewer, query }) => {
        const wanted = { sort: query.sort, slice: sliceOf(query) };
        return booksPage(await findDuplicates(db, viewer, wanted), viewer);
      },
    }),
  ];
}

function one({ db }: HttpDeps): Route[] {
  const sibling = (direction: Direction, id: string) =>
    route({
      method: 'get',
      path: `/api/v1/books/:bookId/${direction}`,
      id,
      tag,
      summary: `The ${direction} book of the series; 404 where it ends`,
      access: 'any',
      params,
      reply: bookDto,
      handler: async ({ viewer, params }) => {
        await requireBook(db, viewer, params.bookId);
        const book = await siblingInSeries(db, viewer, params.bookId, direction);
        if (!book) throw notFound();
        return presentBook(book, viewer);
      },
    });
  return [
    route({
      method: 'get',
      path: '/api/v1/books/:bookId',
      id: 'getBookById',
      tag,
      summary: 'One book',
      access: 'any',
      params,
      reply: bookDto,
      handler: async ({ viewer, params }) =>
        presentBook(await getBook(db, viewer, params.bookId).catch(withoutBody), viewer),
    }),
    sibling('previous', 'getBookSiblingPrevious'),
    sibling('next', 'getBookSiblingNext'),
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/readlists',
      id: 'getReadListsByBookId',
      tag,
      summary: 'The read lists that hold a book',
      access: 'any',
      params,
      reply: z.array(readListDto),
      handler: async ({ viewer, params }) => {
        await requireBook(db, viewer, params.bookId);
        return (await findReadListsOfBook(db, viewer, params.bookId)).map(presentReadList);
      },
    }),
  ];
}

function progress({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'patch',
      path: '/api/v1/books/:bookId/read-progress',
      id: 'markBookReadProgress',
      tag,
      summary: 'Mark a page, or the whole book, as read',
      access: 'any',
      params,
      body: progressBody,
      reply: 'nothing',
      handler: ({ viewer, params, body }) =>
        markBook(db, viewer, params.bookId, { page: body.page ?? undefined, completed: body.completed ?? undefined }),
    }),
    route({
      method: 'delete',
      path: '/api/v1/books/:bookId/read-progress',
      id: 'deleteBookReadProgress',
      tag,
      summary: 'Forget the progress in a book',
      access: 'any',
      params,
      reply: 'nothing',
      handler: ({ viewer, params }) => unmarkBook(db, viewer, params.bookId),
    }),
  ];
}

function administration(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'patch',
      path: '/api/v1/books/:bookId/metadata',
      id: 'updateBookMetadata',
      tag,
      summary: 'Change and lock metadata of a book; what is not sent stays as it is',
      access: 'ADMIN',
      params,
      body: bookChangesBody,
      reply: 'nothing',
      handler: ({ params, body }) => editBook(deps.db, params.bookId, bookEditFrom(body)),
    }),
    route({
      method: 'patch',
      path: '/api/v1/books/metadata',
      id: 'updateBookMetadataByBatch',
      tag,
      summary: 'Change and lock metadata of many books by id, all or none; unknown ids are passed over',
      access: 'ADMIN',
      body: z.record(z.string(), bookChangesBody),
      plainRefusals: true,
      reply: 'nothing',
      handler: async ({ body }) => {
        const edits = Object.entries(body).flatMap(([id, changes]) => {
          const bookId = uuidOf(id);
          return bookId === null ? [] : [[bookId, bookEditFrom(changes)] as const];
        });
        await editBooks(deps.db, new Map(edits));
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/books/:bookId/analyze',
      id: 'bookAnalyze',
      tag,
      summary: 'Analyse a book again',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => requestAnalysis(deps, params),
    }),
    route({
      method: 'post',
      path: '/api/v1/books/:bookId/metadata/refresh',
      id: 'bookRefreshMetadata',
      tag,
      summary: 'Read the metadata of a book again',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => requestRefresh(deps, params),
    }),
  ];
}
