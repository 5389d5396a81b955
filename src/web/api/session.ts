import { basicCredentials } from './basic';
import { request } from './http';
import type { User } from './types';

/** Who the session cookie (or the remember-me cookie) says we are. */
export function whoAmI(): Promise<User> {
  return request<User>('api/v2/users/me', { mayBeUnauthorized: true });
}

/** Logs in; the answer sets the session cookie, and the remember-me cookie if asked. */
export function logIn(email: string, password: string, remember: boolean): Promise<User> {
  return request<User>('api/v2/users/me', {
    query: { 'remember-me': remember },
    headers: { Authorization: basicCredentials(email, password) },
    mayBeUnauthorized: true,
  });
}

/** Ends the session and forgets the browser. */
export async function logOut(): Promise<void> {
  await request('api/logout', { method: 'POST', mayBeUnauthorized: true });
}

/** True once the first administrator exists. */
export async function isClaimed(): Promise<boolean> {
  const { isClaimed } = await request<{ isClaimed: boolean }>('api/v1/claim', { mayBeUnauthorized: true });
  return isClaimed;
}

/** Creates the first administrator; does not log in. */
export async function claim(email: string, password: string): Promise<void> {
  const headers = { 'X-Komga-Email': email, 'X-Komga-Password': password };
  await request('api/v1/claim', { method: 'POST', headers, mayBeUnauthorized: true });
}
