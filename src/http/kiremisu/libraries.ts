import { z } from 'zod';
import { updateLibrary } from '../../library/libraries';
import { requestFolderScan } from '../../library/requests';
import type { Library } from '../../model/library';
import { getLibrary } from '../../search/find-libraries';
import { findTrash, type TrashedBook } from '../../search/find-trash';
import { publicId } from '../../base/public-id';
import type { HttpDeps } from '../deps';
import { entityId, sliceParameters } from '../input';
import { instant } from '../reply';
import { route, type Route } from '../route';
import { instantDto, instantOrNull } from './dto-metadata';

const optionsDto = z.object({
  /** Folders of pictures are books. */
  scanImageFolders: z.boolean(),
  /** Changes on the disk are noticed as they happen, where the system tells of them. */
  watch: z.boolean(),
  /** Numbers, years and titles out of the names of files, where the files themselves say nothing. */
  parseNames: z.boolean(),
  /** Percent of the books that may vanish in one scan without a question; null: any number. */
  vanishLimit: z.number().int().min(0).max(100).nullable(),
});

const optionsBody = optionsDto.partial();

const stateDto = optionsDto.extend({
  lastScanAt: instantDto.nullable(),
  /** Null: it is there. */
  unavailableSince: instantDto.nullable(),
  /** The code of the reason. */
  unavailableReason: z.string().nullable(),
});

const present = (library: Library): z.input<typeof stateDto> => {
  const { scanImageFolders, watch, parseNames, vanishLimit, lastScanAt, unavailableAt, unavailableReason } = library;
  return {
    ...{ scanImageFolders, watch, parseNames, vanishLimit, unavailableReason },
    ...{ lastScanAt: instantOrNull(lastScanAt), unavailableSince: instantOrNull(unavailableAt) },
  };
};

const trashDto = z.object({
  /** Of the whole trash. */
  total: z.number().int(),
  books: z.array(
    z.object({
      id: z.string(),
      seriesId: z.string(),
      seriesTitle: z.string(),
      title: z.string(),
      path: z.string(),
      sizeBytes: z.number().int(),
      deletedAt: instantDto,
    }),
  ),
});

const tag = 'Library options';

const presentTrashed = ({ id, seriesId, size, deletedAt, ...book }: TrashedBook) => ({
  ...book,
  ...{ id: publicId(id), seriesId: publicId(seriesId), sizeBytes: Number(size), deletedAt: instant(deletedAt) },
});

/** What libraries can beyond Komga's options. */
export function ownLibraryRoutes({ db, queue }: HttpDeps): Route[] {
  const params = z.object({ libraryId: entityId() });
  const path = '/api/kiremisu/v1/libraries/:libraryId/options';
  return [
    route({
      ...{ method: 'get', path, id: 'getLibraryOptions', tag },
      summary: 'The options of a library that Komga does not know, and how it is',
      access: 'ADMIN',
      params,
      reply: stateDto,
      handler: async ({ viewer, params }) => present(await getLibrary(db, viewer, params.libraryId)),
    }),
    route({
      ...{ method: 'patch', path, id: 'updateLibraryOptions', tag },
      summary: 'Change them; what is not sent stays as it is',
      access: 'ADMIN',
      params,
      body: optionsBody,
      reply: stateDto,
      handler: async ({ params, body }) => {
        const sent = Object.entries(body).filter(([, value]) => value !== undefined);
        return present(await updateLibrary({ db, queue }, params.libraryId, Object.fromEntries(sent)));
      },
    }),
    route({
      ...{ method: 'get', path: '/api/kiremisu/v1/libraries/:libraryId/trash', id: 'getTrash', tag },
      summary: 'Books whose files are gone, the latest first',
      access: 'ADMIN',
      params,
      query: z.object(sliceParameters),
      reply: trashDto,
      handler: async ({ viewer, params, query: { page, size } }) => {
        await getLibrary(db, viewer, params.libraryId);
        const { total, books } = await findTrash(db, params.libraryId, { page, size });
        return { total, books: books.map(presentTrashed) };
      },
    }),
    route({
      ...{ method: 'post', path: '/api/kiremisu/v1/series/:seriesId/scan', id: 'scanSeries', tag },
      summary: 'Look for changes in the folder of one series',
      access: 'ADMIN',
      params: z.object({ seriesId: entityId() }),
      reply: 'accepted',
      handler: ({ params }) => requestFolderScan({ db, queue }, params.seriesId),
    }),
  ];
}
