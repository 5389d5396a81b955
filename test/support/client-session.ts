import { adminLogin } from './app';
import type { ContractStep } from './client-contracts';

/** What a client keeps between its requests. */
export interface ClientSession {
  cookies: Map<string, string>;
  token: string;
}

export const newSession = (): ClientSession => ({ cookies: new Map(), token: '' });

const basic = (password: string): string =>
  `Basic ${Buffer.from(`${adminLogin.email}:${password}`).toString('base64')}`;

const cookieHeader = (cookies: Map<string, string>, names?: string[]): string =>
  [...cookies]
    .filter(([name]) => names === undefined || names.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');

/** The ways to authenticate, in the words of the tables. */
export function credentials(auth: string, session: ClientSession, apiKey: string): Record<string, string> {
  const { cookies, token } = session;
  switch (auth) {
    case 'none':
      return {};
    case 'Basic':
      return { Authorization: basic(adminLogin.password) };
    case 'Basic (wrong)':
      return { Authorization: basic('wrong') };
    case 'cookie, Basic after 401':
      return { Authorization: basic(adminLogin.password), Cookie: cookieHeader(cookies) };
    case 'cookies':
    case 'cookies only':
      return { Cookie: cookieHeader(cookies) };
    case 'remember-me cookie':
      return { Cookie: cookieHeader(cookies, ['komga-remember-me']) };
    case 'X-Auth-Token':
      return { 'X-Auth-Token': token };
    case 'X-Auth-Token (stale)':
      return { 'X-Auth-Token': 'stale' };
    case 'X-API-Key':
      return { 'X-API-Key': apiKey };
    case 'X-API-Key + session cookie':
      return { 'X-API-Key': apiKey, Cookie: cookieHeader(cookies) };
    case 'x-auth-user = API key':
      return { 'x-auth-user': apiKey, 'x-auth-key': 'd41d8cd98f00b204e9800998ecf8427e' };
    case 'x-auth-user (wrong)':
      return { 'x-auth-user': 'wrong', 'x-auth-key': 'd41d8cd98f00b204e9800998ecf8427e' };
    default:
      throw new Error(`Nobody knows how to authenticate by "${auth}"`);
  }
}

/** Takes over the session that an answer begins. Komelia keeps cookies of exactly this path only. */
export function remember(session: ClientSession, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([\w-]+)=([^;]*)/.exec(cookie) ?? [];
    if (!/;\s*path=\/(;|$)/i.test(cookie)) continue;
    if (value === '') session.cookies.delete(name);
    else session.cookies.set(name, value);
  }
  session.token = response.headers.get('x-auth-token') || session.token;
}

/** The `Accept` that the notes tell; most clients send what their HTTP library does. */
export function acceptOf({ notes }: ContractStep): Record<string, string> {
  const found = /Accept: ((?:[\w*+-]+\/[\w*+.-]+(?:;q=[\d.]+\d)?,? ?)+)/.exec(notes)?.[1];
  return found === undefined ? {} : { Accept: found.trim().replace(/[.,]+$/, '') };
}
