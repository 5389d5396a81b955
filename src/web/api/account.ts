import { request } from './http';

export interface ApiKey {
  id: string;
  /** Masked, but in the answer to its making. */
  key: string;
  comment: string;
  createdDate: string;
}

const keys = 'api/v2/users/me/api-keys';
const settings = 'api/v1/client-settings/user';

export const findApiKeys = (signal: AbortSignal): Promise<ApiKey[]> => request<ApiKey[]>(keys, { signal });

export const createApiKey = (comment: string): Promise<ApiKey> =>
  request<ApiKey>(keys, { method: 'POST', body: { comment } });

export const deleteApiKey = (id: string): Promise<unknown> =>
  request(`${keys}/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const changePassword = (password: string): Promise<unknown> =>
  request('api/v2/users/me/password', { method: 'PATCH', body: { password } });

/** Whether pages that an app streams move the progress on (src/library/follow-pages.ts). */
const followPages = 'opds.follow-pages';

export async function followsPages(signal: AbortSignal): Promise<boolean> {
  const known = await request<Record<string, { value: string }>>(`${settings}/list`, { signal });
  return known[followPages]?.value === 'true';
}

export const setFollowsPages = (on: boolean): Promise<unknown> =>
  request(settings, { method: 'PATCH', body: { [followPages]: { value: String(on) } } });
