import { z } from 'zod';
import { updateLibrary } from '../../library/libraries';
import { requestFolderScan } from '../../library/requests';
import type { Library } from '../../model/library';
import { getLibrary } from '../../search/find-libraries';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { route, type Route } from '../route';

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

const present = ({ scanImageFolders, watch, parseNames, vanishLimit }: Library): z.input<typeof optionsDto> => ({
  ...{ scanImageFolders, watch, parseNames, vanishLimit },
});

const tag = 'Library options';

/** What libraries can beyond Komga's options. */
export function ownLibraryRoutes({ db, queue }: HttpDeps): Route[] {
  const params = z.object({ libraryId: entityId() });
  const path = '/api/kiremisu/v1/libraries/:libraryId/options';
  return [
    route({
      ...{ method: 'get', path, id: 'getLibraryOptions', tag },
      summary: 'The options of a library that Komga does not know',
      access: 'ADMIN',
      params,
      reply: optionsDto,
      handler: async ({ viewer, params }) => present(await getLibrary(db, viewer, params.libraryId)),
    }),
    route({
      ...{ method: 'patch', path, id: 'updateLibraryOptions', tag },
      summary: 'Change them; what is not sent stays as it is',
      access: 'ADMIN',
      params,
      body: optionsBody,
      reply: optionsDto,
      handler: async ({ params, body }) => {
        const sent = Object.entries(body).filter(([, value]) => value !== undefined);
        return present(await updateLibrary({ db, queue }, params.libraryId, Object.fromEntries(sent)));
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
