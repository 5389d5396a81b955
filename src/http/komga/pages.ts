import { z } from 'zod';
import { humanSize } from '../../base/text';
import { conversionOf } from '../../library/page-wish';
import type { StoredPage } from '../../model/book-media';
import type { HttpDeps } from '../deps';
import { entityId, flag, text } from '../input';
import { prefersPdf } from '../accept';
import { sendPage } from '../page-reply';
import { route, type Route } from '../route';
import { pageDto } from './dto/book';

/** A page as clients see it; numbers begin at 1. */
export function presentPage(page: StoredPage, index: number): z.input<typeof pageDto> {
  return {
    number: index + 1,
    fileName: page.name,
    mediaType: page.mediaType,
    width: page.width,
    height: page.height,
    sizeBytes: page.size,
    size: page.size === null ? '' : humanSize(page.size),
  };
}

const bookId = z.object({ bookId: entityId() });
const pageNumber = z.object({
  bookId: entityId(),
  pageNumber: z
    .string()
    .regex(/^-?\d{1,9}$/, 'must be a whole number')
    .transform(Number),
});

const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/jxl', 'image/heic'];

/** Pages of books: the list, the picture as it lies in the file or converted, a small picture. */
export function pageRoutes({ pages }: HttpDeps): Route[] {
  const tag = 'Book pages';
  return [
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/pages',
      id: 'getBookPages',
      tag,
      summary: 'The pages of a book in reading order',
      access: 'any',
      params: bookId,
      reply: z.array(pageDto),
      handler: async ({ viewer, params }) => (await pages.list(viewer, params.bookId)).map(presentPage),
    }),
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/pages/:pageNumber',
      id: 'getBookPageByNumber',
      tag,
      summary:
        'One page, unchanged unless `convert` says otherwise; of a PDF as a PDF for who prefers that to a picture',
      access: 'PAGE_STREAMING',
      params: pageNumber,
      query: z.object({ convert: text(), zero_based: flag(), contentNegotiation: flag() }),
      reply: 'bytes',
      produces: [...pictures, 'application/pdf'],
      handler: async ({ ctx, viewer, params, query }) => {
        const number = query.zero_based ? params.pageNumber + 1 : params.pageNumber;
        const negotiated = query.contentNegotiation !== false && prefersPdf(ctx.get('accept'));
        if (negotiated) ctx.vary('Accept');
        const wish = { convert: conversionOf(query.convert), pdf: negotiated };
        await sendPage(ctx, await pages.find(viewer, params.bookId, number, wish));
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/pages/:pageNumber/raw',
      id: 'getBookPageRawByNumber',
      tag,
      summary: 'One page of a PDF, as a PDF',
      access: 'PAGE_STREAMING',
      params: pageNumber,
      reply: 'bytes',
      produces: ['application/pdf'],
      handler: async ({ ctx, viewer, params }) => {
        await sendPage(ctx, await pages.raw(viewer, params.bookId, params.pageNumber));
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/pages/:pageNumber/thumbnail',
      id: 'getBookPageThumbnailByNumber',
      tag,
      summary: 'A page as a JPEG of at most 300 pixels',
      access: 'any',
      params: pageNumber,
      reply: 'bytes',
      produces: ['image/jpeg'],
      handler: async ({ ctx, viewer, params }) => {
        await sendPage(ctx, await pages.thumbnail(viewer, params.bookId, params.pageNumber, 300));
      },
    }),
  ];
}
