import { z } from 'zod';
import { largeCover, seriesCover, smallCover, smallTag } from '../library/covers';
import { downloadOfBook } from '../library/downloads';
import { followsPages, moveOn } from '../library/follow-pages';
import type { FoundPage } from '../library/found-page';
import { conversionOf } from '../library/page-wish';
import { acquisitionTypes } from '../opds/media-types';
import type { Viewer } from '../search/viewer';
import type { HttpDeps } from './deps';
import { entityId, text } from './input';
import { bookDownload, dialectFor } from './opds-books';
import { sendPage } from './page-reply';
import { postersAtHand, sendDownload } from './reply';
import { route, type Route } from './route';

/** What tells the two versions apart: 1.2 counts pages from 0 (page streaming), 2.0 from 1 (Komga's paths). */
interface Version {
  root: '/opds/v1.2' | '/opds/v2';
  tag: string;
  /** Begins the ids of the operations. */
  prefix: string;
  firstPage: 0 | 1;
}

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
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number),
});

/** Given by templates of users who want it; whether they still do is asked anew, since apps keep addresses. */
const bookmark = z
  .array(z.string())
  .optional()
  .transform((values) => values?.[0] === '1');

/** The answer does not depend on it: a page is shown also when nothing could be written down. */
async function follow({ db, log }: HttpDeps, viewer: Viewer, bookId: string, page: number): Promise<void> {
  try {
    if (await followsPages(db, viewer)) await moveOn(db, viewer, bookId, page);
  } catch (error) {
    log.warn({ err: error, bookId }, 'progress did not follow the page');
  }
}

/** A request for a page is no sign of reading, since apps fetch ahead; only users who want it so take it for one. */
const pageRoute = (deps: HttpDeps, { root, tag, prefix, firstPage }: Version): Route =>
  route({
    method: 'get',
    path: `${root}/books/:id/pages/:number`,
    id: `${prefix}Page`,
    tag,
    summary: `One page, counted from ${firstPage}`,
    access: 'PAGE_STREAMING',
    params: pageNumber,
    query: z.object({ convert: text(), maxWidth: screenWidth, bookmark }),
    reply: 'bytes',
    produces: ['image/*'],
    handler: async ({ ctx, viewer, params, query }) => {
      const wish = { convert: conversionOf(query.convert), maxWidth: query.maxWidth };
      const number = params.number + 1 - firstPage;
      await sendPage(ctx, await deps.pages.find(viewer, params.id, number, wish, 404));
      if (query.bookmark && ctx.method === 'GET') await follow(deps, viewer, params.id, number);
    },
  });

function coverRoutes(deps: HttpDeps, { root, tag, prefix }: Version): Route[] {
  type Find = (viewer: Viewer, id: string, atHand: string[]) => Promise<FoundPage>;
  const cover = (path: string, id: string, summary: string, find: Find) =>
    route({
      method: 'get',
      path: `${root}/${path}`,
      ...{ id: `${prefix}${id}`, tag, summary, access: 'any', params: anyId, reply: 'bytes', produces: ['image/jpeg'] },
      handler: async ({ ctx, viewer, params }) =>
        sendPage(ctx, await find(viewer, params.id, postersAtHand(ctx, smallTag))),
    });
  return [
    cover('books/:id/thumbnail', 'Cover', 'The cover of a book', (viewer, id) => largeCover(deps, viewer, id)),
    cover('books/:id/thumbnail/small', 'SmallCover', 'The cover of a book, at most 300 pixels', (...wanted) =>
      smallCover(deps, ...wanted),
    ),
    cover('series/:id/thumbnail', 'SeriesCover', 'The cover of a series, at most 300 pixels', (...wanted) =>
      seriesCover(deps, ...wanted),
    ),
  ];
}

/** A name at the end is for apps that read the extension from the address; it is not looked at. */
function fileRoutes({ db, pages }: HttpDeps, { root, tag, prefix }: Version): Route[] {
  const file = (path: string, id: string) =>
    route({
      method: 'get',
      path: `${root}/books/:id/${path}`,
      id: `${prefix}${id}`,
      tag,
      summary: 'The file of a book; a folder of images as a CBZ',
      access: 'FILE_DOWNLOAD',
      params: anyId,
      reply: 'bytes',
      produces: acquisitionTypes,
      handler: async ({ ctx, viewer, params }) =>
        sendDownload(ctx, bookDownload(await downloadOfBook({ db, pages }, viewer, params.id), dialectFor(ctx))),
    });
  return [file('file', 'File'), file('file/:name', 'NamedFile')];
}

/** Pages, covers and files of books: the same in both versions. */
export const deliveryRoutes = (deps: HttpDeps, version: Version): Route[] => [
  pageRoute(deps, version),
  ...coverRoutes(deps, version),
  ...fileRoutes(deps, version),
];
