import { z } from 'zod';
import { publicId, uuidOf } from '../../base/public-id';
import { decidePageHash, keptThumbnail, pageOfHash, requestPageRemoval } from '../../library/page-hashes';
import {
  findKnownPageHashes,
  findPageHashMatches,
  findUnknownPageHashes,
  pageHashActions,
  type KnownPageHash,
  type PageHashMatch,
} from '../../search/find-page-hashes';
import { sliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { integer, manyOf, nilUuid, pageParameters } from '../input';
import { sendPage } from '../page-reply';
import { instant, sendBytes } from '../reply';
import { route, type Route } from '../route';
import { page, pageOf } from './dto/page';
import { knownPageHashDto, pageHashBody, pageHashMatchDto, unknownPageHashDto } from './dto/page-hash';

const tag = 'Duplicate pages';
const params = z.object({ pageHash: z.string() });
const { page: pageNumber, size, sort } = pageParameters;
const slice = { page: pageNumber, size, sort };

const presentKnown = ({ createdAt, modifiedAt, ...row }: KnownPageHash): z.input<typeof knownPageHashDto> => ({
  ...row,
  created: instant(createdAt),
  lastModified: instant(modifiedAt),
});

const presentMatch = ({ bookId, ...row }: PageHashMatch): z.input<typeof pageHashMatchDto> => ({
  bookId: publicId(bookId),
  ...row,
});

/** Pages that occur in several books: what they are, what is to become of them (komga-rest.md §20.6). */
export function pageHashRoutes(deps: HttpDeps): Route[] {
  return [...lists(deps), ...pictures(deps), ...decisions(deps)];
}

function lists({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/page-hashes',
      id: 'getKnownPageHashes',
      tag,
      summary: 'Pages that were decided about',
      access: 'ADMIN',
      query: z.object({ ...slice, action: manyOf(pageHashActions) }),
      reply: pageOf(knownPageHashDto),
      handler: async ({ query }) => {
        const part = { sort: query.sort, slice: sliceOf(query) };
        const found = await findKnownPageHashes(db, { ...part, actions: query.action });
        return page(found.rows.map(presentKnown), found);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/page-hashes/unknown',
      id: 'getUnknownPageHashes',
      tag,
      summary: 'Pages that occur more than once and were not decided about',
      access: 'ADMIN',
      query: z.object(slice),
      reply: pageOf(unknownPageHashDto),
      handler: async ({ query }) => {
        const found = await findUnknownPageHashes(db, { sort: query.sort, slice: sliceOf(query) });
        return page(found.rows, found);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/page-hashes/:pageHash',
      id: 'getPageHashMatches',
      tag,
      summary: 'Where a page occurs',
      access: 'ADMIN',
      params,
      query: z.object(slice),
      reply: pageOf(pageHashMatchDto),
      handler: async ({ params, query }) => {
        const part = { sort: query.sort, slice: sliceOf(query) };
        const found = await findPageHashMatches(db, params.pageHash, part);
        return page(found.rows.map(presentMatch), found);
      },
    }),
  ];
}

function pictures(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/page-hashes/unknown/:pageHash/thumbnail',
      id: 'getUnknownPageHashThumbnail',
      tag,
      summary: 'A page out of one of its books; `resize` is the longest edge in pixels',
      access: 'ADMIN',
      params,
      query: z.object({ resize: integer() }),
      reply: 'bytes',
      produces: ['image/jpeg'],
      handler: async ({ ctx, viewer, params, query }) =>
        sendPage(ctx, await pageOfHash(deps, viewer, params.pageHash, query.resize)),
    }),
    route({
      method: 'get',
      path: '/api/v1/page-hashes/:pageHash/thumbnail',
      id: 'getKnownPageHashThumbnail',
      tag,
      summary: 'The picture that was kept of a page when it was decided about',
      access: 'ADMIN',
      params,
      reply: 'bytes',
      produces: ['image/jpeg'],
      handler: async ({ ctx, params }) =>
        sendBytes(ctx, { mediaType: 'image/jpeg', data: await keptThumbnail(deps.db, params.pageHash) }),
    }),
  ];
}

function decisions(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'put',
      path: '/api/v1/page-hashes',
      id: 'createOrUpdateKnownPageHash',
      tag,
      summary: 'Decide what is to become of a page',
      access: 'ADMIN',
      body: pageHashBody,
      reply: 'accepted',
      handler: ({ viewer, body }) => decidePageHash(deps, viewer, { ...body, size: body.size ?? null }),
    }),
    route({
      method: 'post',
      path: '/api/v1/page-hashes/:pageHash/delete-all',
      id: 'deleteDuplicatePagesByPageHash',
      tag,
      summary: 'Remove a page from the files of all books that hold it',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => requestPageRemoval(deps, params.pageHash),
    }),
    route({
      method: 'post',
      path: '/api/v1/page-hashes/:pageHash/delete-match',
      id: 'deleteSingleMatchByPageHash',
      tag,
      summary: 'Remove a page from the file of one book',
      access: 'ADMIN',
      params,
      body: pageHashMatchDto.extend({ bookId: z.string() }),
      reply: 'accepted',
      handler: ({ params, body }) =>
        requestPageRemoval(deps, params.pageHash, { bookId: uuidOf(body.bookId) ?? nilUuid, name: body.fileName }),
    }),
  ];
}
