import { request } from './http';
import type { HistoryEvent, Slice } from './types';

/** The newest first. */
export const findHistory = (page: number, signal: AbortSignal): Promise<Slice<HistoryEvent>> =>
  request<Slice<HistoryEvent>>('api/v1/history', { query: { page, size: 50 }, signal });
