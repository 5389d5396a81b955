import { z } from 'zod';
import { largeCover, seriesCover, smallCover } from '../../library/covers';
import { downloadOfBook } from '../../library/downloads';
import { conversionOf, type FoundPage } from '../../library/pages';
import { plainPictureTypes } from '../../opds/media-types';
import type { Viewer } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { entityId, text } from '../input';
import { bookDownload } from '../opds-books';
import { sendDownload, sendPage } from '../reply';
import { route, type Route } from '../route';

const tag = 'OPDS 1.2';
const anyId = z.object({ id: entityId() });

/** Of a reading app's screen, pixels. What is no usable width (a variable that was left in place, 0) is passed over. */
const screenWidth = z
  .array(z.string())
  .optional()
  .transform((values) => (/^[1-9]\d{0,4}$/.test(values?.[0] ?? '') ? Number(values?.[0]) : undefined));

const pageNumber = z.object({
  id: entityId(),
  number: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number from 0')
    .transform(Number),
});

/** A request for a page is no sign of reading: apps fetch ahead (opds.md §3.7). */
const pageRoute = ({ pages }: HttpDeps): Route =>
  route({
    method: 'get',
    path: '/opds/v1.2/books/:id/pages/:number',
    id: 'opds1Page',
    tag,
    summary: 'One page, counted from 0 (OPDS-PSE 1.2)',
    access: 'PAGE_STREAMING',
    params: pageNumber,
    query: z.object({ convert: text(), maxWidth: screenWidth }),
    reply: 'bytes',
    produces: [...plainPictureTypes],
    handler: async ({ ctx, viewer, params, query }) => {
      const wish = { convert: conversionOf(query.convert), maxWidth: query.maxWidth };
      await sendPage(ctx, await pages.find(viewer, params.id, params.number + 1, wish, 404));
    },
  });

function coverRoutes(deps: HttpDeps): Route[] {
  const cover = (path: string, id: string, summary: string, find: (viewer: Viewer, id: string) => Promise<FoundPage>) =>
    route({
      method: 'get',
      path: `/opds/v1.2/${path}`,
      ...{ id, tag, summary, access: 'any', params: anyId, reply: 'bytes', produces: ['image/jpeg'] },
      handler: async ({ ctx, viewer, params }) => sendPage(ctx, await find(viewer, params.id)),
    });
  return [
    cover('books/:id/thumbnail', 'opds1Cover', 'The cover of a book', (viewer, id) => largeCover(deps, viewer, id)),
    cover('books/:id/thumbnail/small', 'opds1SmallCover', 'The cover of a book, at most 300 pixels', (viewer, id) =>
      smallCover(deps, viewer, id),
    ),
    cover('series/:id/thumbnail', 'opds1SeriesCover', 'The cover of a series, at most 300 pixels', (viewer, id) =>
      seriesCover(deps, viewer, id),
    ),
  ];
}

/** The name at the end is for apps that read the extension from the address; it is not looked at. */
const fileRoute = ({ db }: HttpDeps): Route =>
  route({
    method: 'get',
    path: '/opds/v1.2/books/:id/file/:name',
    id: 'opds1File',
    tag,
    summary: 'The file of a book; a folder of images as a CBZ',
    access: 'FILE_DOWNLOAD',
    params: z.object({ id: entityId(), name: z.string() }),
    reply: 'bytes',
    handler: async ({ ctx, viewer, params }) => {
      const download = bookDownload(await downloadOfBook(db, viewer, params.id));
      await sendDownload(ctx, download);
    },
  });

export const deliveryRoutes = (deps: HttpDeps): Route[] => [pageRoute(deps), ...coverRoutes(deps), fileRoute(deps)];
