import { listBody, type Wanted } from './conditions';
import { request } from './http';
import type { Series, Slice } from './types';

export interface Paging {
  page?: number;
  size?: number;
  sort?: string;
}

export function findSeries(wanted: Wanted, paging: Paging, signal?: AbortSignal): Promise<Slice<Series>> {
  const call = { method: 'POST' as const, query: { ...paging }, body: listBody(wanted) };
  return request<Slice<Series>>('api/v1/series/list', signal ? { ...call, signal } : call);
}

export function getSeries(id: string, signal?: AbortSignal): Promise<Series> {
  return request<Series>(`api/v1/series/${encodeURIComponent(id)}`, signal ? { signal } : {});
}

/** Marks every book of the series read, or forgets all progress in it. */
export async function markSeries(id: string, read: boolean): Promise<void> {
  await request(`api/v1/series/${encodeURIComponent(id)}/read-progress`, { method: read ? 'POST' : 'DELETE' });
}
