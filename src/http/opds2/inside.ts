import { z } from 'zod';
import { publicId } from '../../base/public-id';
import { getPositions } from '../../library/epub-books';
import { positionListType } from '../../opds/media-types';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { opdsAddress } from '../opds-address';
import { sendPage } from '../page-reply';
import { route, type Route } from '../route';
import { sendDocument } from './feed';
import { resourceHref } from './present';

const common = { method: 'get', tag: 'OPDS 2.0', reply: 'bytes' } as const;

/** No script of a book runs, whoever looks at it (komga-media §17.4). */
const resourcePolicy = "script-src 'none'; object-src 'none';";

/** What lies inside a book that is no comic: the files and places of an EPUB, the pages of a PDF as they are. */
export function insideRoutes({ db, pages }: HttpDeps): Route[] {
  return [
    route({
      ...{ ...common, path: '/opds/v2/books/:id/positions', id: 'opds2Positions', access: 'any' },
      summary: 'The places of an EPUB that a reader can be at',
      params: z.object({ id: entityId() }),
      produces: [positionListType],
      handler: async ({ ctx, viewer, params }) => {
        const { positions } = await getPositions(db, viewer, params.id);
        const address = opdsAddress(ctx, 'v2')(`books/${publicId(params.id)}`);
        // a place is found by the address that stands in the reading order
        const placed = positions.map((position) => ({ ...position, href: resourceHref(address, position.href) }));
        sendDocument(ctx, positionListType, { total: placed.length, positions: placed });
      },
    }),
    route({
      ...{ ...common, path: '/opds/v2/books/:id/resource/*', id: 'opds2Resource', access: 'any' },
      summary: 'A file inside an EPUB',
      params: z.object({ id: entityId(), '*': z.string() }),
      produces: ['application/octet-stream'],
      handler: async ({ ctx, viewer, params }) => {
        const file = await pages.resource(viewer, params.id, params['*']);
        ctx.set('Content-Security-Policy', resourcePolicy);
        await sendPage(ctx, file);
      },
    }),
    route({
      ...{ ...common, path: '/opds/v2/books/:id/pages/:number/raw', id: 'opds2RawPage', access: 'PAGE_STREAMING' },
      summary: 'One page of a PDF, as a PDF; counted from 1',
      params: z.object({
        id: entityId(),
        number: z
          .string()
          .regex(/^\d{1,9}$/, 'must be a whole number')
          .transform(Number),
      }),
      produces: ['application/pdf'],
      handler: async ({ ctx, viewer, params }) => sendPage(ctx, await pages.raw(viewer, params.id, params.number)),
    }),
  ];
}
