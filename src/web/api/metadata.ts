import { addressOf, request } from './http';
import type { Candidate, Preview, Provider, Review, Run } from './metadata-types';

const base = 'api/kiremisu/v1';
const matchPath = (seriesId: string) => `${base}/series/${encodeURIComponent(seriesId)}/match`;

export const findReview = (signal: AbortSignal): Promise<Review> =>
  request<Review>(`${base}/metadata/review`, { query: { size: 50 }, signal });

/** Final until a person decides otherwise. */
export const chooseTitle = (seriesId: string, externalId: string): Promise<unknown> =>
  request(matchPath(seriesId), { method: 'PUT', body: { externalId } });

/** This title never comes back for this series. */
export const rejectTitle = (seriesId: string, externalId: string): Promise<unknown> =>
  request(`${matchPath(seriesId)}/reject/${encodeURIComponent(externalId)}`, { method: 'POST' });

/** No title is looked for any more. */
export const wantNoTitle = (seriesId: string): Promise<unknown> =>
  request(matchPath(seriesId), { method: 'DELETE', query: { never: true } });

/** Takes a choice back. */
export const takeBack = (seriesId: string): Promise<unknown> => request(matchPath(seriesId), { method: 'DELETE' });

/** A refused title may be it after all. */
export const allowTitle = (seriesId: string, externalId: string): Promise<unknown> =>
  request(`${matchPath(seriesId)}/reject/${encodeURIComponent(externalId)}`, { method: 'DELETE' });

/** Its candidates wait for a decision again. */
export const askAgain = (seriesId: string): Promise<unknown> =>
  request(`${matchPath(seriesId)}/reopen`, { method: 'POST' });

interface Match {
  enrichments: { id: string; undoneAt: string | null }[];
}

/** Takes back the match that was made last, with all it wrote; the question is there again. */
export async function undoMatch(seriesId: string): Promise<void> {
  const { enrichments } = await request<Match>(matchPath(seriesId));
  const latest = enrichments.find(({ undoneAt }) => undoneAt === null);
  if (latest === undefined) return;
  await request(`${base}/metadata/enrichments/${encodeURIComponent(latest.id)}/undo`, { method: 'POST' });
}

/** What a match would write and leave. */
export const previewTitle = (seriesId: string, externalId: string, signal: AbortSignal): Promise<Preview> =>
  request<Preview>(`${matchPath(seriesId)}/preview/${encodeURIComponent(externalId)}`, { signal });

export const findProvider = (signal: AbortSignal): Promise<Provider> =>
  request<Provider>(`${base}/metadata/provider`, { signal });

export const findRuns = (signal: AbortSignal): Promise<Run[]> => request<Run[]>(`${base}/metadata/runs`, { signal });

/** Takes back what a run wrote in all its series, as an operation. */
export const undoRun = (id: string): Promise<unknown> =>
  request(`${base}/metadata/runs/${encodeURIComponent(id)}/undo`, { method: 'POST' });

export const searchTitles = (seriesId: string, query: string): Promise<Candidate[]> =>
  request<Candidate[]>(`${matchPath(seriesId)}/search`, { query: { query } });

export const candidateCover = (cover: string): string => addressOf(`${base}/metadata/covers/${cover}`);
