import { request } from './http';
import type { Library, Operation } from './types';

export function findLibraries(signal?: AbortSignal): Promise<Library[]> {
  return request<Library[]>('api/v1/libraries', signal ? { signal } : {});
}

/** Folders that storage boxes make for themselves, with copies and leavings in them; Komga's own UI leaves them out too. */
const scanDirectoryExclusions = ['#recycle', '@eaDir', '@Recycle'];

/** Adds a folder of the server's machine; its first scan begins at once. */
export function addLibrary(name: string, root: string): Promise<Library> {
  return request<Library>('api/v1/libraries', { method: 'POST', body: { name, root, scanDirectoryExclusions } });
}

export async function scanLibrary(id: string): Promise<void> {
  await request(`api/v1/libraries/${encodeURIComponent(id)}/scan`, { method: 'POST' });
}

/** What runs, waits or ended lately, newest first. Administrators only. */
export function findOperations(): Promise<Operation[]> {
  return request<Operation[]>('api/kiremisu/v1/operations');
}
