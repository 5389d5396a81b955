import { request } from './http';
import type {
  Library,
  LibraryOptions,
  LibraryState,
  MetadataOptions,
  Operation,
  OwnOptions,
  Slice,
  TrashedBook,
} from './types';

const komgas = (id: string) => `api/v1/libraries/${encodeURIComponent(id)}`;
const ours = (id: string) => `api/kiremisu/v1/libraries/${encodeURIComponent(id)}`;

export function findLibraries(signal?: AbortSignal): Promise<Library[]> {
  return request<Library[]>('api/v1/libraries', signal ? { signal } : {});
}

type NewLibrary = Partial<LibraryOptions> & Pick<LibraryOptions, 'name' | 'root'>;

/** Adds a folder of the server's machine; its first scan begins at once. */
export function addLibrary(options: NewLibrary): Promise<Library> {
  return request<Library>('api/v1/libraries', { method: 'POST', body: options });
}

export async function scanLibrary(id: string): Promise<void> {
  await request(`${komgas(id)}/scan`, { method: 'POST' });
}

/** What runs, waits or ended lately, newest first. Administrators only. */
export function findOperations(): Promise<Operation[]> {
  return request<Operation[]>('api/kiremisu/v1/operations');
}

/** The question of a scan that did not find many books: they may go to the trash, or they stay. */
export async function answerOperation(id: string, answer: 'accept' | 'decline'): Promise<void> {
  await request(`api/kiremisu/v1/operations/${encodeURIComponent(id)}/${answer}`, { method: 'POST' });
}

export async function updateLibrary(id: string, changes: Partial<LibraryOptions>): Promise<void> {
  await request(komgas(id), { method: 'PATCH', body: changes });
}

/** Forgets a library and all that is known of its books. Files stay. */
export async function deleteLibrary(id: string): Promise<void> {
  await request(komgas(id), { method: 'DELETE' });
}

export const getLibraryState = (id: string, signal?: AbortSignal): Promise<LibraryState> =>
  request<LibraryState>(`${ours(id)}/options`, signal ? { signal } : {});

export async function updateOwnOptions(id: string, changes: Partial<OwnOptions>): Promise<void> {
  await request(`${ours(id)}/options`, { method: 'PATCH', body: changes });
}

export const getMetadataOptions = (id: string, signal: AbortSignal): Promise<MetadataOptions> =>
  request<MetadataOptions>(`${ours(id)}/metadata`, { signal });

export async function updateMetadataOptions(id: string, changes: Partial<MetadataOptions>): Promise<void> {
  await request(`${ours(id)}/metadata`, { method: 'PATCH', body: changes });
}

export async function findTrash(id: string, page: number, signal: AbortSignal): Promise<Slice<TrashedBook>> {
  const size = 100;
  const query = { page, size };
  const { total, books } = await request<{ total: number; books: TrashedBook[] }>(`${ours(id)}/trash`, {
    query,
    signal,
  });
  return { content: books, number: page, last: (page + 1) * size >= total, totalElements: total };
}

export async function emptyTrash(id: string): Promise<void> {
  await request(`${komgas(id)}/empty-trash`, { method: 'POST' });
}

/** A deep scan also opens files again that could not be read. */
export async function scanDeeply(id: string): Promise<void> {
  await request(`${komgas(id)}/scan`, { method: 'POST', query: { deep: true } });
}
