import { request } from './http';
import type { Described, FieldState } from './types';

const ours = (kind: Described, id: string) => `api/kiremisu/v1/${kind}/${encodeURIComponent(id)}/fields`;

export const findFields = (kind: Described, id: string, signal: AbortSignal): Promise<FieldState[]> =>
  request<FieldState[]>(ours(kind, id), { signal });

/** What the files say counts again. */
export const releaseFields = (kind: Described, id: string, fields: string[]): Promise<unknown> =>
  request(`${ours(kind, id)}/release`, { method: 'POST', body: { fields } });

/** Values and locks as Komga's body has them: `title`, `titleLock`. */
export const changeFields = (kind: Described, id: string, changes: Record<string, unknown>): Promise<unknown> =>
  request(`api/v1/${kind}/${encodeURIComponent(id)}/metadata`, { method: 'PATCH', body: changes });
