import { z } from 'zod';
import { recordOf } from '../../library/enrich/candidates';
import { allowCandidate, reopenMatch } from '../../library/enrich/reopen';
import {
  chooseMatch,
  previewMatch,
  rejectCandidate,
  requestMatch,
  searchTitles,
  unmatch,
} from '../../library/enrich/requests';
import { getMatchDetails } from '../../library/enrich/review';
import type { HttpDeps } from '../deps';
import { entityId, flag, text } from '../input';
import { route, type Route } from '../route';
import { candidateDto, matchDto, presentCandidate, presentMatch, presentPlan, previewDto } from './dto-metadata';
import { base, requestDeps, tag, titleId } from './metadata-shared';

const seriesParams = z.object({ seriesId: entityId() });
const path = `${base}/series/:seriesId/match`;

interface Verdict {
  summary: string;
  act: (seriesId: string, externalId: string) => Promise<void>;
}

/** What a person says of one candidate. */
const ofCandidate = (method: 'post' | 'delete', id: string, { summary, act }: Verdict): Route =>
  route({
    ...{ method, id, tag, summary, access: 'ADMIN' },
    path: `${path}/reject/:externalId`,
    params: seriesParams.extend({ externalId: titleId }),
    reply: 'nothing',
    handler: ({ params }) => act(params.seriesId, params.externalId),
  });

/** The match of one series: what is proposed, what a person decides. */
export function seriesMatchRoutes(deps: HttpDeps): Route[] {
  const { db } = deps;
  const requests = requestDeps(deps);
  return [
    route({
      method: 'get',
      path,
      id: 'getSeriesMatch',
      tag,
      summary: 'The match of a series, its candidates, and what was written',
      access: 'ADMIN',
      params: seriesParams,
      reply: matchDto,
      handler: async ({ params }) => presentMatch(await getMatchDetails(db, params.seriesId)),
    }),
    route({
      method: 'get',
      path: `${path}/search`,
      id: 'searchSeriesMatch',
      tag,
      summary: 'Titles of MangaDex for a query, with how well each fits the series',
      access: 'ADMIN',
      params: seriesParams,
      query: z.object({ query: text() }),
      reply: z.array(candidateDto),
      handler: async ({ params, query }) => {
        const found = await searchTitles(requests, params.seriesId, query.query ?? '');
        return found.map(({ title, score, reasons }) =>
          presentCandidate({ externalId: title.id, score, reasons, record: recordOf(title), rejectedAt: null }),
        );
      },
    }),
    route({
      method: 'get',
      path: `${path}/preview/:externalId`,
      id: 'previewSeriesMatch',
      tag,
      summary: 'What a match with this title would write and leave; writes nothing',
      access: 'ADMIN',
      params: seriesParams.extend({ externalId: titleId }),
      reply: previewDto,
      handler: async ({ params }) => presentPlan(await previewMatch(requests, params.seriesId, params.externalId)),
    }),
    route({
      method: 'put',
      path,
      id: 'setSeriesMatch',
      tag,
      summary: 'Match a series with a title; final until a person decides otherwise',
      access: 'ADMIN',
      params: seriesParams,
      body: z.object({ externalId: titleId }),
      reply: 'nothing',
      handler: ({ params, body, viewer }) => chooseMatch(requests, params.seriesId, body.externalId, viewer.userId),
    }),
    route({
      method: 'delete',
      path,
      id: 'deleteSeriesMatch',
      tag,
      summary: 'Take the match of a series back with all it wrote; `never`: and look for no other',
      access: 'ADMIN',
      params: seriesParams,
      query: z.object({ never: flag() }),
      reply: 'nothing',
      handler: ({ params, query }) => unmatch(requests, params.seriesId, query.never ?? false),
    }),
    ofCandidate('post', 'rejectSeriesCandidate', {
      summary: 'This title is not it, and never comes back for this series',
      act: (seriesId, externalId) => rejectCandidate(requests, seriesId, externalId),
    }),
    ofCandidate('delete', 'allowSeriesCandidate', {
      summary: 'A refused title may be it after all',
      act: (seriesId, externalId) => allowCandidate(deps, seriesId, externalId),
    }),
    route({
      method: 'post',
      path: `${path}/reopen`,
      id: 'reopenSeriesMatch',
      tag,
      summary: 'Take back that none fits: its candidates wait for a decision again, or others are looked for',
      access: 'ADMIN',
      params: seriesParams,
      reply: 'nothing',
      handler: ({ params }) => reopenMatch(deps, params.seriesId),
    }),
    route({
      method: 'post',
      path: `${path}/refresh`,
      id: 'refreshSeriesMatch',
      tag,
      summary: 'Refresh the match of a series, or look for one',
      access: 'ADMIN',
      params: seriesParams,
      reply: 'accepted',
      handler: ({ params, viewer }) => requestMatch(requests, params.seriesId, viewer.userId),
    }),
  ];
}
