import { z } from 'zod';
import { forbidden } from '../../base/errors';
import { getKoreaderProgress, putKoreaderProgress } from '../../library/koreader';
import { koreaderType, type HttpContext } from '../context';
import type { HttpDeps } from '../deps';
import { route, type Route } from '../route';

const tag = 'KOReader';
const produces = ['application/vnd.koreader.v1+json', 'application/json'];

/** Unknown members (KOReader's `metadata`) are passed over. */
const progressBody = z.object({
  document: z.string(),
  percentage: z.number(),
  progress: z.string(),
  device: z.string(),
  device_id: z.string(),
});

function send(ctx: HttpContext, value: object): void {
  ctx.remove('Cache-Control');
  ctx.set('Content-Type', koreaderType(ctx));
  ctx.body = JSON.stringify(value);
}

/** The server of KOReader's progress sync: user name is an API key, the password is not looked at (komga-rest.md §24.1). */
export function koreaderRoutes({ db }: HttpDeps): Route[] {
  const access = 'KOREADER_SYNC';
  return [
    route({
      method: 'post',
      path: '/koreader/users/create',
      id: 'koreaderCreateUser',
      tag,
      summary: 'Refused: users are made by administrators',
      access: 'public',
      reply: 'bytes',
      produces,
      handler: () => {
        throw forbidden('User creation is disabled');
      },
    }),
    route({
      method: 'get',
      path: '/koreader/users/auth',
      id: 'koreaderAuthorize',
      tag,
      summary: 'Whether the key is right',
      access,
      reply: 'bytes',
      produces,
      handler: ({ ctx }) => send(ctx, { authorized: 'OK' }),
    }),
    route({
      method: 'get',
      path: '/koreader/syncs/progress/:document',
      id: 'koreaderGetProgress',
      tag,
      summary: 'The place in a document, by the partial hash of its file; empty when it was not begun',
      access,
      params: z.object({ document: z.string() }),
      reply: 'bytes',
      produces,
      handler: async ({ ctx, viewer, params }) =>
        send(ctx, (await getKoreaderProgress(db, viewer, params.document)) ?? {}),
    }),
    route({
      method: 'put',
      path: '/koreader/syncs/progress',
      id: 'koreaderPutProgress',
      tag,
      summary: 'Keep the place in a document',
      access,
      body: progressBody,
      reply: 'bytes',
      produces,
      handler: async ({ ctx, viewer, body }) => {
        await putKoreaderProgress(db, viewer, body);
        ctx.remove('Cache-Control');
        ctx.status = 200;
        ctx.body = '';
        ctx.remove('Content-Type');
      },
    }),
  ];
}
