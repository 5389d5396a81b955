import { z } from 'zod';
import { downloadOfBook, downloadOfReadList, downloadOfSeries } from '../../library/downloads';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { sendDownload } from '../reply';
import { route, type Route } from '../route';

/** Downloads of whole files. Some apps append the file's name to the address to get an extension: it is ignored. */
export function fileRoutes({ db, pages }: HttpDeps): Route[] {
  const download = (path: string, id: string) =>
    route({
      method: 'get',
      path,
      id,
      tag: 'Books',
      summary: 'The file of a book; a folder of images as a CBZ',
      access: 'FILE_DOWNLOAD',
      params: z.object({ bookId: entityId() }),
      reply: 'bytes',
      handler: async ({ ctx, viewer, params }) => {
        await sendDownload(ctx, await downloadOfBook({ db, pages }, viewer, params.bookId));
      },
    });
  return [
    download('/api/v1/books/:bookId/file', 'downloadBookFile'),
    download('/api/v1/books/:bookId/file/:fileName', 'downloadBookFile_1'),
    route({
      method: 'get',
      path: '/api/v1/series/:seriesId/file',
      id: 'downloadSeriesAsZip',
      tag: 'Series',
      summary: 'The files of all books of a series, in their order, as a ZIP',
      access: 'FILE_DOWNLOAD',
      params: z.object({ seriesId: entityId() }),
      reply: 'bytes',
      produces: ['application/zip'],
      handler: async ({ ctx, viewer, params }) =>
        sendDownload(ctx, await downloadOfSeries(db, viewer, params.seriesId)),
    }),
    route({
      method: 'get',
      path: '/api/v1/readlists/:id/file',
      id: 'downloadReadListAsZip',
      tag: 'Read lists',
      summary: 'The files of a read list that the viewer may see, numbered by their place in it, as a ZIP',
      access: 'FILE_DOWNLOAD',
      params: z.object({ id: entityId() }),
      reply: 'bytes',
      produces: ['application/zip'],
      handler: async ({ ctx, viewer, params }) => sendDownload(ctx, await downloadOfReadList(db, viewer, params.id)),
    }),
  ];
}
