import type { CopyMode, Folder, FoundFile, ImportOutcome, WantedImport } from './file-types';
import { addressOf, request } from './http';

/** The folders in a folder of the server; '' for the places where media usually lies. */
export const listFolder = (path: string, signal: AbortSignal): Promise<Folder> =>
  request<Folder>('api/v1/filesystem', { method: 'POST', body: { path }, signal });

export const findFiles = (path: string): Promise<FoundFile[]> =>
  request<FoundFile[]>('api/v1/transient-books', { method: 'POST', body: { path } });

/** Opens a file: how many pages it has, and what it may be. */
export const openFile = (id: string, signal: AbortSignal): Promise<FoundFile> =>
  request<FoundFile>(`api/v1/transient-books/${encodeURIComponent(id)}/analyze`, { method: 'POST', signal });

export const foundCover = (id: string): string => addressOf(`api/v1/transient-books/${encodeURIComponent(id)}/pages/1`);

export const importFiles = (copyMode: CopyMode, books: WantedImport[]): Promise<unknown> =>
  request('api/v1/books/import', { method: 'POST', body: { copyMode, books } });

/** Tells what became of imports, until the function it returns is called. */
export function watchImports(tell: (outcome: ImportOutcome) => void): () => void {
  const stream = new EventSource(addressOf('sse/v1/events'));
  stream.addEventListener('BookImported', ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as ImportOutcome));
  return () => stream.close();
}
