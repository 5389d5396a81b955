import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { HttpFailure, notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import { recordOf } from '../../library/enrich/candidates';
import { openMangaDex } from '../../library/enrich/mangadex';
import {
  ask,
  chooseMatch,
  previewMatch,
  rejectCandidate,
  requestLibraryMatch,
  requestMatch,
  searchTitles,
  unmatch,
  type RequestDeps,
} from '../../library/enrich/requests';
import {
  findReview,
  getLibraryMetadata,
  getMatchDetails,
  listRuns,
  providerState,
  setLibraryMetadata,
} from '../../library/enrich/review';
import { undoEnrichment, undoRun } from '../../library/enrich/undo';
import type { HttpDeps } from '../deps';
import { entityId, flag, manyIds, sliceParameters, text } from '../input';
import { instant, sendBytes } from '../reply';
import { route, type Route } from '../route';
import {
  candidateDto,
  instantDto,
  instantOrNull,
  matchDto,
  presentCandidate,
  presentMatch,
  presentPlan,
  presentReview,
  previewDto,
  reviewDto,
} from './dto-metadata';

const tag = 'Metadata';
const base = '/api/kiremisu/v1';
const seriesParams = z.object({ seriesId: entityId() });
const libraryParams = z.object({ libraryId: entityId() });
const titleId = z.string().regex(/^[\da-f-]{36}$/, 'must be the id of a title of MangaDex');

/** Where nothing is configured nothing is sent. */
const requestDeps = ({ db, queue, log, config }: HttpDeps): RequestDeps => ({
  ...{ db, queue, log },
  mangadex: config.mangadex ?? { mode: 'off', apiUrl: '', uploadsUrl: '' },
});

/** Metadata from MangaDex: state, review, decisions, undo. */
export function metadataRoutes(deps: HttpDeps): Route[] {
  return [...overview(deps), ...ofSeries(deps), ...ofLibrary(deps), ...undoing(deps), coverRoute(deps)];
}

const providerDto = z.object({
  name: z.string(),
  mode: z.enum(['auto', 'review', 'off']),
  breaker: z.enum(['closed', 'open', 'half-open']),
  openUntil: instantDto.nullable(),
  pausedUntil: instantDto.nullable(),
  pauseReason: z.string().nullable(),
  requests: z.number().int(),
  lastAnswerAt: instantDto.nullable(),
  lastFailureAt: instantDto.nullable(),
  lastFailure: z.string().nullable(),
  series: z.record(z.string(), z.number().int()),
  requested: z.number().int(),
});

const runDto = z.object({
  id: z.string(),
  libraryId: z.string(),
  series: z.number().int(),
  undone: z.number().int(),
  firstAt: instantDto,
  lastAt: instantDto,
});

function overview(deps: HttpDeps): Route[] {
  const { db } = deps;
  const { mangadex } = requestDeps(deps);
  return [
    route({
      method: 'get',
      path: `${base}/metadata/provider`,
      id: 'getMetadataProvider',
      tag,
      summary: 'How MangaDex is (breaker, pauses, requests) and what is matched',
      access: 'ADMIN',
      reply: providerDto,
      handler: async () => {
        const state = await providerState(db, mangadex);
        const { openUntil, pausedUntil, lastAnswerAt, lastFailureAt } = state;
        return {
          ...state,
          ...{ openUntil: instantOrNull(openUntil), pausedUntil: instantOrNull(pausedUntil) },
          ...{ lastAnswerAt: instantOrNull(lastAnswerAt), lastFailureAt: instantOrNull(lastFailureAt) },
        };
      },
    }),
    route({
      method: 'get',
      path: `${base}/metadata/review`,
      id: 'getMetadataReview',
      tag,
      summary: 'Series whose candidates wait for a decision, the likeliest first',
      access: 'ADMIN',
      query: z.object({ ...sliceParameters, library_id: manyIds() }),
      reply: z.object({ total: z.number().int(), items: z.array(reviewDto) }),
      handler: async ({ query }) => {
        const { page, size, library_id: libraryIds } = query;
        const { total, items } = await findReview(db, { page, size, libraryIds });
        return { total, items: items.map(presentReview) };
      },
    }),
    route({
      method: 'get',
      path: `${base}/metadata/runs`,
      id: 'getMetadataRuns',
      tag,
      summary: 'The last 50 runs that wrote metadata, newest first',
      access: 'ADMIN',
      reply: z.array(runDto),
      handler: async () =>
        (await listRuns(db, 50)).map(({ runId, libraryId, series, undone, firstAt, lastAt }) => ({
          ...{ id: publicId(runId), libraryId: publicId(libraryId), series, undone },
          ...{ firstAt: instant(firstAt), lastAt: instant(lastAt) },
        })),
    }),
  ];
}

function ofSeries(deps: HttpDeps): Route[] {
  const { db } = deps;
  const requests = requestDeps(deps);
  const path = `${base}/series/:seriesId/match`;
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
    route({
      method: 'post',
      path: `${path}/reject/:externalId`,
      id: 'rejectSeriesCandidate',
      tag,
      summary: 'This title is not it, and never comes back for this series',
      access: 'ADMIN',
      params: seriesParams.extend({ externalId: titleId }),
      reply: 'nothing',
      handler: ({ params }) => rejectCandidate(requests, params.seriesId, params.externalId),
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

const libraryMetadataDto = z.object({
  /** Null: as the server is configured. */
  mode: z.enum(['auto', 'review', 'off']).nullable(),
  covers: z.boolean(),
});

function ofLibrary(deps: HttpDeps): Route[] {
  const { db } = deps;
  const requests = requestDeps(deps);
  const path = `${base}/libraries/:libraryId/metadata`;
  return [
    route({
      method: 'get',
      path,
      id: 'getLibraryMetadata',
      tag,
      summary: 'Whether MangaDex fills this library, asks first, or is off',
      access: 'ADMIN',
      params: libraryParams,
      reply: libraryMetadataDto,
      handler: ({ params }) => getLibraryMetadata(db, params.libraryId),
    }),
    route({
      method: 'patch',
      path,
      id: 'updateLibraryMetadata',
      tag,
      summary: 'Change that; what is not sent stays',
      access: 'ADMIN',
      params: libraryParams,
      body: libraryMetadataDto.partial(),
      reply: 'nothing',
      handler: async ({ params, body: { mode, covers } }) => {
        const changes = { ...(mode === undefined ? {} : { mode }), ...(covers === undefined ? {} : { covers }) };
        await setLibraryMetadata(db, params.libraryId, changes);
        await deps.queue.submit('enrich', {});
      },
    }),
    route({
      method: 'post',
      path: `${path}/refresh`,
      id: 'refreshLibraryMatches',
      tag,
      summary: 'Look for the titles of a whole library, and refresh its matches; the operation tells how far it is',
      access: 'ADMIN',
      params: libraryParams,
      reply: z.object({ operationId: z.string() }),
      status: 202,
      handler: async ({ params, viewer }) => ({
        operationId: publicId(await requestLibraryMatch(requests, params.libraryId, viewer.userId)),
      }),
    }),
  ];
}

function undoing({ db, queue }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: `${base}/metadata/enrichments/:enrichmentId/undo`,
      id: 'undoEnrichment',
      tag,
      summary: 'Take back what one match or refresh wrote, and all that followed it on that series',
      access: 'ADMIN',
      params: z.object({ enrichmentId: entityId() }),
      reply: 'nothing',
      handler: ({ params }) => undoEnrichment({ db, queue }, params.enrichmentId),
    }),
    route({
      method: 'post',
      path: `${base}/metadata/runs/:runId/undo`,
      id: 'undoMetadataRun',
      tag,
      summary: 'Take back what one run wrote, in all its series',
      access: 'ADMIN',
      params: z.object({ runId: entityId() }),
      reply: z.object({ series: z.number().int() }),
      handler: async ({ params }) => ({ series: await undoRun({ db, queue }, params.runId) }),
    }),
  ];
}

/** A page of the review shows five covers of 30 KB, and goes back and forth. */
const keptCovers = 200;

/** MangaDex lets no other site show its pictures: they go through here. */
function coverRoute(deps: HttpDeps): Route {
  const covers = new LRUCache<string, Buffer>({ max: keptCovers });
  const { db, mangadex } = requestDeps(deps);
  return route({
    method: 'get',
    path: `${base}/metadata/covers/:titleId/:fileName`,
    id: 'getMetadataCover',
    tag,
    summary: 'The cover of a candidate',
    access: 'ADMIN',
    params: z.object({
      titleId,
      fileName: z.string().regex(/^[\w-]{1,100}\.(?:jpe?g|png|gif|webp)$/, 'must be a picture'),
    }),
    reply: 'bytes',
    produces: ['image/jpeg'],
    handler: async ({ ctx, params }) => {
      if (mangadex.apiUrl === '') throw new HttpFailure(409, 'Metadata from MangaDex is switched off');
      const reference = `${params.titleId}/${params.fileName}`;
      const data =
        covers.get(reference) ?? (await ask(openMangaDex(db, mangadex).picture(reference, { urgent: true })));
      if (data === null) throw notFound();
      covers.set(reference, data);
      ctx.set('Cache-Control', 'private, max-age=86400');
      sendBytes(ctx, { mediaType: 'image/jpeg', data, size: data.length });
    },
  });
}
