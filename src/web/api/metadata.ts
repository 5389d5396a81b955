import { addressOf, request } from './http';

/** The members of the server's answers that the review uses. */
export interface Reason {
  code: string;
  detail: string;
  points: number;
}

export interface Candidate {
  externalId: string;
  score: number;
  reasons: Reason[];
  title: string;
  url: string;
  otherTitles: string[];
  authors: string[];
  year: number | null;
  lastVolume: number | null;
  kinds: string[];
  summary: string;
  cover: string | null;
}

export interface Reviewed {
  seriesId: string;
  name: string;
  bookCount: number;
  candidates: Candidate[];
}

export interface Review {
  total: number;
  items: Reviewed[];
}

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

export const searchTitles = (seriesId: string, query: string): Promise<Candidate[]> =>
  request<Candidate[]>(`${matchPath(seriesId)}/search`, { query: { query } });

export const candidateCover = (cover: string): string => addressOf(`${base}/metadata/covers/${cover}`);
