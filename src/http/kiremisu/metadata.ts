import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { HttpFailure, notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import { openMangaDex } from '../../library/enrich/mangadex';
import { isAnywhereOn } from '../../library/enrich/mode';
import { ask } from '../../library/enrich/requests';
import { findReview, listRuns, providerState } from '../../library/enrich/review';
import { undoEnrichment } from '../../library/enrich/undo';
import { requestRunUndo } from '../../library/enrich/undo-run';
import type { HttpDeps } from '../deps';
import { entityId, manyIds, sliceParameters } from '../input';
import { instant, sendBytes } from '../reply';
import { route, type Route } from '../route';
import { instantDto, instantOrNull, presentReview, reviewDto } from './dto-metadata';
import { libraryMetadataRoutes } from './metadata-libraries';
import { seriesMatchRoutes } from './metadata-series';
import { base, operationDto, requestDeps, tag, titleId } from './metadata-shared';

/** Metadata from MangaDex: state, review, decisions, undo. */
export function metadataRoutes(deps: HttpDeps): Route[] {
  const parts = [overview, seriesMatchRoutes, libraryMetadataRoutes, undoing];
  return [...parts.flatMap((part) => part(deps)), coverRoute(deps)];
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
      summary: 'Take back what one run wrote, in all its series; the operation tells how far it is',
      access: 'ADMIN',
      params: z.object({ runId: entityId() }),
      reply: operationDto,
      status: 202,
      handler: async ({ params }) => ({ operationId: publicId(await requestRunUndo({ db, queue }, params.runId)) }),
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
      if (!(await isAnywhereOn(db, mangadex.mode)))
        throw new HttpFailure(409, 'Metadata from MangaDex is switched off');
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
