import { z } from 'zod';
import { publicId } from '../../base/public-id';
import type { HistoryEvent } from '../../model/history-event';
import { deletePending } from '../../queue/queue';
import { findHistory } from '../../search/find-history';
import { sliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { manyIds, pageParameters } from '../input';
import { instant } from '../reply';
import { route, type Route } from '../route';
import { page, pageOf } from './dto/page';
import { historyDto } from './dto/settings';

/** Small tags: what front-ends ask at their start, what administrators look at, and what only Kobo readers need. */
export function serverRoutes(deps: HttpDeps): Route[] {
  return [...forFrontEnds(), ...news(), ...administration(deps)];
}

function forFrontEnds(): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/oauth2/providers',
      id: 'getOAuth2Providers',
      tag: 'OAuth2',
      summary: 'Who else may prove an identity: nobody, but every login page asks',
      access: 'public',
      reply: z.array(z.object({ name: z.string(), registrationId: z.string() })),
      handler: () => [],
    }),
    route({
      method: 'delete',
      path: '/api/v1/syncpoints/me',
      id: 'deleteSyncPointsForCurrentUser',
      tag: 'Sync points',
      summary: 'Forget what Kobo readers have: nothing is kept',
      access: 'any',
      query: z.object({ key_id: manyIds() }),
      reply: 'nothing',
      handler: () => undefined,
    }),
  ];
}

const feedDto = z.object({
  version: z.string(),
  title: z.string(),
  home_page_url: z.string(),
  description: z.string(),
  items: z.array(z.never()),
});

const releaseDto = z.object({
  version: z.string(),
  releaseDate: z.string(),
  url: z.string(),
  latest: z.boolean(),
  preRelease: z.boolean(),
  description: z.string(),
});

/**
 * Komga proxies its own web site here, whose news are not about this program; clients fail when there is no answer, and
 * the HTML of a site that we do not control must not run in their pages (komga-rest.md §20.3).
 */
function news(): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/announcements',
      id: 'getAnnouncements',
      tag: 'Announcements',
      summary: 'News of the program: none',
      access: 'ADMIN',
      reply: feedDto,
      handler: () => ({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'Announcements',
        home_page_url: '',
        description: '',
        items: [],
      }),
    }),
    route({
      method: 'put',
      path: '/api/v1/announcements',
      id: 'markAnnouncementsRead',
      tag: 'Announcements',
      summary: 'Mark news as read: there are none',
      access: 'ADMIN',
      body: z.array(z.string()),
      reply: 'nothing',
      handler: () => undefined,
    }),
    route({
      method: 'get',
      path: '/api/v1/releases',
      id: 'getReleases',
      tag: 'Releases',
      summary: 'Releases of the program: none that this server would ask another one for',
      access: 'ADMIN',
      reply: z.array(releaseDto),
      handler: () => [],
    }),
  ];
}

const presentEvent = (event: HistoryEvent): z.input<typeof historyDto> => ({
  id: publicId(event.id),
  type: event.type,
  timestamp: instant(event.happenedAt),
  bookId: event.bookId && publicId(event.bookId),
  seriesId: event.seriesId && publicId(event.seriesId),
  properties: event.properties,
});

function administration({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'delete',
      path: '/api/v1/tasks',
      id: 'emptyTaskQueue',
      tag: 'Tasks',
      summary: 'Forget all work that waits; answers how much it was',
      access: 'ADMIN',
      reply: z.number().int(),
      handler: () => deletePending(db),
    }),
    route({
      method: 'get',
      path: '/api/v1/history',
      id: 'getHistoricalEvents',
      tag: 'History',
      summary: 'Changes that were made to files',
      access: 'ADMIN',
      query: z.object(pageParameters).omit({ unpaged: true }),
      reply: pageOf(historyDto),
      handler: async ({ query }) => {
        const slice = await findHistory(db, { sort: query.sort, slice: sliceOf(query) });
        return page(slice.rows.map(presentEvent), slice);
      },
    }),
  ];
}
