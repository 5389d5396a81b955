import { request } from './http';
import type { Slice } from './types';

/** A change that was made to files. */
export interface HistoryEvent {
  id: string;
  type: string;
  timestamp: string;
  bookId: string | null;
  seriesId: string | null;
  properties: Record<string, string>;
}

/** The newest first. */
export const findHistory = (page: number, signal: AbortSignal): Promise<Slice<HistoryEvent>> =>
  request<Slice<HistoryEvent>>('api/v1/history', { query: { page, size: 50 }, signal });
