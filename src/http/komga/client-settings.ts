import {
  deleteGlobalSettings,
  deleteUserSettings,
  findGlobalSettings,
  findUserSettings,
  saveGlobalSettings,
  saveUserSettings,
} from '../../library/client-settings';
import type { HttpDeps } from '../deps';
import { route, type Route } from '../route';
import {
  globalSettingsBody,
  globalSettingsDto,
  settingKeysBody,
  userSettingsBody,
  userSettingsDto,
} from './dto/settings';

const tag = 'Client settings';

/** Texts by key that front-ends keep here; `DELETE` takes the keys as its body. */
export function clientSettingsRoutes(deps: HttpDeps): Route[] {
  return [...forEverybody(deps), ...forOne(deps)];
}

function forEverybody({ db }: HttpDeps): Route[] {
  const path = '/api/v1/client-settings/global';
  return [
    route({
      method: 'get',
      path: `${path}/list`,
      id: 'getGlobalSettings',
      tag,
      summary: 'The settings of front-ends for everybody; without login those that are public',
      access: 'public',
      reply: globalSettingsDto,
      handler: async ({ viewer }) => {
        const settings = await findGlobalSettings(db, viewer !== null);
        return Object.fromEntries(
          settings.map(({ key, value, allowUnauthorized }) => [key, { value, allowUnauthorized }]),
        );
      },
    }),
    route({
      method: 'patch',
      path,
      id: 'saveGlobalSetting',
      tag,
      summary: 'Save settings for everybody; others stay as they are',
      access: 'ADMIN',
      body: globalSettingsBody,
      reply: 'nothing',
      handler: ({ body }) => saveGlobalSettings(db, body),
    }),
    route({
      method: 'delete',
      path,
      id: 'deleteGlobalSettings',
      tag,
      summary: 'Delete settings for everybody by key',
      access: 'ADMIN',
      body: settingKeysBody,
      reply: 'nothing',
      handler: ({ body }) => deleteGlobalSettings(db, body),
    }),
  ];
}

function forOne({ db }: HttpDeps): Route[] {
  const path = '/api/v1/client-settings/user';
  return [
    route({
      method: 'get',
      path: `${path}/list`,
      id: 'getUserSettings',
      tag,
      summary: 'The own settings of front-ends',
      access: 'any',
      reply: userSettingsDto,
      handler: async ({ viewer }) => {
        const settings = await findUserSettings(db, viewer.userId);
        return Object.fromEntries(settings.map(({ key, value }) => [key, { value }]));
      },
    }),
    route({
      method: 'patch',
      path,
      id: 'saveUserSetting',
      tag,
      summary: 'Save own settings; others stay as they are',
      access: 'any',
      body: userSettingsBody,
      reply: 'nothing',
      handler: ({ viewer, body }) => saveUserSettings(db, viewer.userId, body),
    }),
    route({
      method: 'delete',
      path,
      id: 'deleteUserSettings',
      tag,
      summary: 'Delete own settings by key',
      access: 'any',
      body: settingKeysBody,
      reply: 'nothing',
      handler: ({ viewer, body }) => deleteUserSettings(db, viewer.userId, body),
    }),
  ];
}
