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

/** Looks for changes in the folder of a series alone. Administrators only. */
export async function scanSeries(id: string): Promise<void> {
  await request(`api/kiremisu/v1/series/${encodeURIComponent(id)}/scan`, { method: 'POST' });
}

/** Deletes the files of all its books from the disk. Administrators only. */
export async function deleteSeriesFiles(id: string): Promise<void> {
  await request(`api/v1/series/${encodeURIComponent(id)}/file`, { method: 'DELETE' });
}

/** Marks every book of the series read, or forgets all progress in it. */
export async function markSeries(id: string, read: boolean): Promise<void> {
  await request(`api/v1/series/${encodeURIComponent(id)}/read-progress`, { method: read ? 'POST' : 'DELETE' });
}
