import { forgetAllRememberTokens } from '../../library/sessions';
import { changeSettings, getSettings, type Settings } from '../../library/settings';
import type { HttpDeps } from '../deps';
import { route, type Route } from '../route';
import { settingsChangesBody, settingsDto } from './dto/settings';
import { givenAndNotNull } from './given';

/** What an administrator changes at run time. Port and base path are the environment's. */
export function settingsRoutes({ db, config }: HttpDeps): Route[] {
  const tag = 'Server settings';
  const path = '/api/v1/settings';
  const none = { configurationSource: null, databaseSource: null, effectiveValue: null };
  return [
    route({
      method: 'get',
      path,
      id: 'getServerSettings',
      tag,
      summary: 'The settings of the server',
      access: 'ADMIN',
      reply: settingsDto,
      handler: async ({ ctx }) => {
        const port = ctx.socket.localPort ?? null;
        return {
          ...(await getSettings(db)),
          serverPort: { configurationSource: port, databaseSource: null, effectiveValue: port },
          serverContextPath: {
            configurationSource: config.basePath || null,
            databaseSource: null,
            effectiveValue: config.basePath,
          },
          ...{ koboProxy: false, koboPort: null, kepubifyPath: none },
        };
      },
    }),
    route({
      method: 'patch',
      path,
      id: 'updateServerSettings',
      tag,
      summary: 'Change settings of the server; what is not sent stays as it is',
      access: 'ADMIN',
      body: settingsChangesBody,
      reply: 'nothing',
      handler: async ({ body }) => {
        const { deleteEmptyCollections, deleteEmptyReadLists, rememberMeDurationDays, thumbnailSize, taskPoolSize } =
          body;
        const changes: Partial<Settings> = givenAndNotNull({
          ...{ deleteEmptyCollections, deleteEmptyReadLists, rememberMeDurationDays, thumbnailSize, taskPoolSize },
        });
        await changeSettings(db, changes);
        if (body.renewRememberMeKey) await forgetAllRememberTokens(db);
      },
    }),
  ];
}
