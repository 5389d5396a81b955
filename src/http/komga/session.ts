import { z } from 'zod';
import { badRequest, unauthorized } from '../../base/errors';
import { claim, isClaimed } from '../../library/users';
import { forgetRememberToken } from '../../library/sessions';
import type { HttpDeps } from '../deps';
import { parseBody } from '../input';
import { clearCookies, presentedSession, rememberCookie, sendSessionCookie } from '../middleware/authenticate';
import { route, type Route } from '../route';
import { claimHeaders, userDto } from './dto/user';
import { presentUser } from './present/user';

/** Claim, login hand-over and logout. */
export function sessionRoutes({ db, sessions, events, log }: HttpDeps): Route[] {
  const logout = (method: 'get' | 'post') =>
    route({
      method,
      path: '/api/logout',
      id: method === 'get' ? 'postLogout' : 'postLogout_1',
      tag: 'Users: sessions',
      summary: 'End the session, whether it came as cookie or header',
      access: 'public',
      reply: 'nothing',
      handler: async ({ ctx }) => {
        if (ctx.state.sessionHash !== null) {
          await sessions.end(ctx.state.sessionHash);
          events.endSession(ctx.state.sessionHash);
        }
        const remembered = ctx.cookies.get(rememberCookie);
        if (remembered) await forgetRememberToken(db, remembered);
        clearCookies(ctx);
      },
    });
  return [
    logout('get'),
    logout('post'),
    route({
      method: 'get',
      path: '/api/v1/claim',
      id: 'getClaimStatus',
      tag: 'Claim server',
      summary: 'Whether the first administrator exists',
      access: 'public',
      reply: z.object({ isClaimed: z.boolean() }),
      handler: async () => ({ isClaimed: await isClaimed(db) }),
    }),
    route({
      method: 'post',
      path: '/api/v1/claim',
      id: 'claimServer',
      tag: 'Claim server',
      summary: 'Create the first administrator; headers X-Komga-Email and X-Komga-Password',
      access: 'public',
      reply: userDto,
      handler: async ({ ctx }) => {
        for (const header of ['X-Komga-Email', 'X-Komga-Password']) {
          if (ctx.req.headers[header.toLowerCase()] === undefined)
            throw badRequest(`Required header '${header}' is not present.`);
        }
        const headers = { email: ctx.get('X-Komga-Email'), password: headerText(ctx.get('X-Komga-Password')) };
        const { email, password } = parseBody(claimHeaders, headers);
        const user = await claim(db, email, password);
        log.info({ userId: user.user.id }, 'server claimed');
        return presentUser(user);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/login/set-cookie',
      id: 'convertHeaderSessionToCookie',
      tag: 'Users: sessions',
      summary: 'Give the session of the X-Auth-Token header as a cookie',
      access: 'any',
      reply: 'nothing',
      handler: ({ ctx }) => {
        const token = presentedSession(ctx);
        if (token === null) throw unauthorized();
        sendSessionCookie(ctx, token);
      },
    }),
  ];
}

/** Node hands headers over as Latin-1; browsers send other letters as UTF-8 bytes. */
function headerText(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? value : text;
}
