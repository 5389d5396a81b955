import { z } from 'zod';
import { notFound } from '../../base/errors';
import { requireBook } from '../../library/access';
import { findBooksOfReadList } from '../../search/find-books';
import { createReadList, deleteReadList, updateReadList } from '../../library/read-lists';
import { findReadLists, getReadList } from '../../search/find-lists';
import { siblingInReadList, type Direction } from '../../search/siblings';
import { sliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { entityId, manyIds, pageParameters, sliceParameters, text } from '../input';
import { route, type Route } from '../route';
import { bookConditionFromQuery, bookFilters } from './condition-from-query';
import { bookDto } from './dto/book';
import { readListChangesBody, readListDto, newReadListBody } from './dto/lists';
import { page, pageOf } from './dto/page';
import { booksPage, presentBook } from './present/book';
import { givenAndNotNull } from './given';
import { presentReadList } from './present/lists';

const tag = 'Read lists';
const params = z.object({ id: entityId() });

export function readListRoutes(deps: HttpDeps): Route[] {
  return [...reading(deps), ...writing(deps), ...books(deps)];
}

function reading({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/readlists',
      id: 'getReadLists',
      tag,
      summary: 'Read lists as sorted, else by relevance to a search, else by name',
      access: 'any',
      query: z.object({ search: text(), library_id: manyIds(), ...pageParameters }),
      reply: pageOf(readListDto),
      handler: async ({ viewer, query }) => {
        const { search, sort, library_id: libraryIds } = query;
        const slice = await findReadLists(db, viewer, { search, libraryIds, sort, slice: sliceOf(query) });
        return page(slice.rows.map(presentReadList), slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/readlists/:id',
      id: 'getReadListById',
      tag,
      summary: 'One read list',
      access: 'any',
      params,
      reply: readListDto,
      handler: async ({ viewer, params }) => presentReadList(await getReadList(db, viewer, params.id)),
    }),
  ];
}

function books({ db }: HttpDeps): Route[] {
  const tag = 'Read list books';
  const sibling = (direction: Direction, id: string) =>
    route({
      method: 'get',
      path: `/api/v1/readlists/:id/books/:bookId/${direction}`,
      id,
      tag,
      summary: `The ${direction} book of the read list; 404 where it ends`,
      access: 'any',
      params: params.extend({ bookId: entityId() }),
      reply: bookDto,
      handler: async ({ viewer, params }) => {
        const readList = await getReadList(db, viewer, params.id);
        await requireBook(db, viewer, params.bookId);
        const book = await siblingInReadList(db, viewer, readList, params.bookId, direction);
        if (!book) throw notFound();
        return presentBook(book, viewer);
      },
    });
  return [
    route({
      method: 'get',
      path: '/api/v1/readlists/:id/books',
      id: 'getBooksByReadListId',
      tag,
      summary: 'The books of a read list in its order, or by date of release',
      access: 'any',
      params,
      query: z.object(bookFilters).omit({ released_after: true }).extend(sliceParameters),
      reply: pageOf(bookDto),
      handler: async ({ viewer, params, query }) => {
        const readList = await getReadList(db, viewer, params.id);
        const wanted = { condition: bookConditionFromQuery(query), slice: sliceOf(query) };
        return booksPage(await findBooksOfReadList(db, viewer, readList, wanted), viewer);
      },
    }),
    sibling('previous', 'getBookSiblingPreviousInReadList'),
    sibling('next', 'getBookSiblingNextInReadList'),
  ];
}

function writing({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/readlists',
      id: 'createReadList',
      tag,
      summary: 'Make a read list of books',
      access: 'ADMIN',
      body: newReadListBody,
      reply: readListDto,
      handler: async ({ viewer, body }) =>
        presentReadList(await getReadList(db, viewer, await createReadList(db, body))),
    }),
    route({
      method: 'patch',
      path: '/api/v1/readlists/:id',
      id: 'updateReadListById',
      tag,
      summary: 'Change a read list; what is not sent stays, the books are replaced as a whole',
      access: 'ADMIN',
      params,
      body: readListChangesBody,
      reply: 'nothing',
      handler: ({ params, body }) => updateReadList(db, params.id, givenAndNotNull(body)),
    }),
    route({
      method: 'delete',
      path: '/api/v1/readlists/:id',
      id: 'deleteReadListById',
      tag,
      summary: 'Delete a read list; its books stay',
      access: 'ADMIN',
      params,
      reply: 'nothing',
      handler: ({ params }) => deleteReadList(db, params.id),
    }),
  ];
}
