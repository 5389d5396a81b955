import { z } from 'zod';
import { requireSeries } from '../../library/access';
import { markBooks, markSeriesUpTo } from '../../library/progress';
import { getReadList } from '../../search/find-lists';
import { readListReadSummary, seriesReadSummary } from '../../search/reading-summary';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { route, type Route } from '../route';
import { tachiyomiReadListBody, tachiyomiReadListDto, tachiyomiSeriesBody, tachiyomiSeriesDto } from './dto/progress';
import { presentReadListSummary } from './present/lists';
import { presentSeriesSummary } from './present/series';

const tag = 'Mihon';

/**
 * What Mihon's tracker asks and says: series by number, read lists by position. It asks through an HTTP cache with
 * `max-age=600` (clients.md §3.2), which the dispatcher's `max-age=0, must-revalidate` overrules, as Komga's does.
 */
export function mihonRoutes(deps: HttpDeps): Route[] {
  return [...ofSeries(deps), ...ofReadLists(deps)];
}

function ofSeries({ db }: HttpDeps): Route[] {
  const path = '/api/v2/series/:seriesId/read-progress/tachiyomi';
  const params = z.object({ seriesId: entityId() });
  return [
    route({
      method: 'get',
      path,
      id: 'getMihonReadProgressBySeriesId',
      tag,
      summary: 'How far the viewer is in a series',
      access: 'any',
      params,
      reply: tachiyomiSeriesDto,
      handler: async ({ viewer, params }) => {
        await requireSeries(db, viewer, params.seriesId);
        return presentSeriesSummary(await seriesReadSummary(db, viewer, params.seriesId));
      },
    }),
    route({
      method: 'put',
      path,
      id: 'updateMihonReadProgressBySeriesId',
      tag,
      summary: 'Mark all books up to a number as read',
      access: 'any',
      params,
      body: tachiyomiSeriesBody,
      reply: 'nothing',
      handler: ({ viewer, params, body }) => markSeriesUpTo(db, viewer, params.seriesId, body.lastBookNumberSortRead),
    }),
  ];
}

function ofReadLists({ db }: HttpDeps): Route[] {
  const path = '/api/v1/readlists/:id/read-progress/tachiyomi';
  const params = z.object({ id: entityId() });
  return [
    route({
      method: 'get',
      path,
      id: 'getMihonReadProgressByReadListId',
      tag,
      summary: 'How far the viewer is in a read list',
      access: 'any',
      params,
      reply: tachiyomiReadListDto,
      handler: async ({ viewer, params }) => {
        const { id } = await getReadList(db, viewer, params.id);
        return presentReadListSummary(await readListReadSummary(db, viewer, id));
      },
    }),
    route({
      method: 'put',
      path,
      id: 'updateMihonReadProgressByReadListId',
      tag,
      summary: 'Mark the first books of a read list as read',
      access: 'any',
      params,
      body: tachiyomiReadListBody,
      reply: 'nothing',
      handler: async ({ viewer, params, body }) => {
        const { bookIds } = await getReadList(db, viewer, params.id);
        await markBooks(db, viewer.userId, bookIds.slice(0, body.lastBookRead));
      },
    }),
  ];
}
