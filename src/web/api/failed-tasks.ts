import { request } from './http';
import type { FailedTask } from './types';

const all = 'api/kiremisu/v1/failed-tasks';
const one = (id: string) => `${all}/${encodeURIComponent(id)}`;

/** Background work that the server gave up, newest first. Administrators only. */
export const findFailedTasks = (signal: AbortSignal): Promise<FailedTask[]> => request<FailedTask[]>(all, { signal });

/** One of them, or all. */
export async function retryFailedTask(id: string | null): Promise<void> {
  await request(`${id === null ? all : one(id)}/retry`, { method: 'POST' });
}

export async function discardFailedTask(id: string | null): Promise<void> {
  await request(id === null ? all : one(id), { method: 'DELETE' });
}
