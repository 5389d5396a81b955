import { z } from 'zod';
import { forbidden, notFound } from '../../base/errors';
import { uuidOf } from '../../base/public-id';
import { createApiKey, deleteApiKey, findApiKeys } from '../../library/api-keys';
import {
  changePassword,
  createUser,
  deleteUser,
  findUsers,
  getUser,
  unrestricted,
  updateUser,
} from '../../library/users';
import type { Restrictions } from '../../library/users';
import { roles, type Role } from '../../model/user-account';
import { findActivity, latestActivity } from '../../search/find-activity';
import { isAdmin, type Viewer } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { entityId, pageParameters, text } from '../input';
import { route, type Route } from '../route';
import { page, pageOf } from './dto/page';
import { activityDto, apiKeyBody, apiKeyDto, newUserBody, passwordBody, userChangesBody, userDto } from './dto/user';
import { presentActivity, presentApiKey, presentUser } from './present/user';

const known = (names: string[]): Role[] => roles.filter((role) => names.includes(role));
const ids = (list: string[]): string[] => list.flatMap((id) => uuidOf(id) ?? []);

type Changes = z.output<typeof userChangesBody>;

/** What was sent, in the words of the library; what was not sent is left out. */
function restrictionsOf(body: Changes): Partial<Restrictions> {
  const restrictions: Partial<Restrictions> = {};
  if (body.roles) restrictions.roles = known(body.roles);
  if (body.sharedLibraries) {
    const { all, libraryIds } = body.sharedLibraries;
    restrictions.sharedLibraries = { all, libraryIds: all ? [] : ids(libraryIds) };
  }
  if (body.ageRestriction !== undefined) {
    const { age, restriction } = body.ageRestriction ?? { age: 0, restriction: 'NONE' };
    restrictions.ageRestriction = restriction === 'NONE' ? null : { age, mode: restriction };
  }
  if (body.labelsAllow !== undefined) restrictions.labelsAllow = body.labelsAllow ?? [];
  if (body.labelsExclude !== undefined) restrictions.labelsExclude = body.labelsExclude ?? [];
  return restrictions;
}

const userId = z.object({ id: entityId() });
const selfOrAdmin = (viewer: Viewer, id: string) => {
  if (!isAdmin(viewer) && viewer.userId !== id) throw forbidden();
};

export function userRoutes(deps: HttpDeps): Route[] {
  return [...administration(deps), ...ownAccount(deps), ...activity(deps)];
}

function ownAccount({ db, authentication }: HttpDeps): Route[] {
  const tag = 'Current user';
  return [
    route({
      method: 'get',
      path: '/api/v2/users/me',
      id: 'getCurrentUser',
      tag,
      summary: 'Who is logged in; `remember-me=true` beside Basic credentials asks for a lasting login',
      access: 'any',
      reply: userDto,
      handler: async ({ viewer }) => presentUser(await getUser(db, viewer.userId)),
    }),
    route({
      method: 'patch',
      path: '/api/v2/users/me/password',
      id: 'updatePasswordForCurrentUser',
      tag,
      summary: 'Change the own password',
      access: 'any',
      body: passwordBody,
      reply: 'nothing',
      handler: async ({ viewer, body }) => {
        await changePassword(db, viewer.userId, viewer.userId, body.password);
        authentication.forget(viewer.userId);
      },
    }),
    route({
      method: 'get',
      path: '/api/v2/users/me/api-keys',
      id: 'getApiKeysForCurrentUser',
      tag: 'API keys',
      summary: 'The own API keys, masked',
      access: 'any',
      reply: z.array(apiKeyDto),
      handler: async ({ viewer }) => (await findApiKeys(db, viewer.userId)).map((row) => presentApiKey(row)),
    }),
    route({
      method: 'post',
      path: '/api/v2/users/me/api-keys',
      id: 'createApiKeyForCurrentUser',
      tag: 'API keys',
      summary: 'A new API key: the only answer that shows it',
      access: 'any',
      body: apiKeyBody,
      reply: apiKeyDto,
      handler: async ({ viewer, body }) => {
        const { row, key } = await createApiKey(db, viewer.userId, body.comment);
        return presentApiKey(row, key);
      },
    }),
    route({
      method: 'delete',
      path: '/api/v2/users/me/api-keys/:keyId',
      id: 'deleteApiKeyByKeyId',
      tag: 'API keys',
      summary: 'Delete an API key and end the sessions begun with it',
      access: 'any',
      params: z.object({ keyId: entityId() }),
      reply: 'nothing',
      handler: async ({ viewer, params }) => {
        await deleteApiKey(db, viewer.userId, params.keyId);
        authentication.forget(viewer.userId);
      },
    }),
  ];
}

function administration({ db, authentication }: HttpDeps): Route[] {
  const tag = 'Users';
  return [
    route({
      method: 'get',
      path: '/api/v2/users',
      id: 'getUsers',
      tag,
      summary: 'All users',
      access: 'ADMIN',
      reply: z.array(userDto),
      handler: async () => (await findUsers(db)).map(presentUser),
    }),
    route({
      method: 'post',
      path: '/api/v2/users',
      id: 'addUser',
      tag,
      summary: 'Create a user; without roles it can browse, not read',
      access: 'ADMIN',
      body: newUserBody,
      reply: userDto,
      status: 201,
      handler: async ({ body }) => {
        const { email, password, sharedLibraries, ...rest } = body;
        const changes = restrictionsOf({ ...rest, ...(sharedLibraries ? { sharedLibraries } : {}) });
        const restrictions = { ...unrestricted, roles: [], ...changes };
        return presentUser(await createUser(db, { email, password, restrictions }));
      },
    }),
    route({
      method: 'patch',
      path: '/api/v2/users/:id',
      id: 'updateUserById',
      tag,
      summary: 'Change roles and restrictions; ends the sessions of the user',
      access: 'ADMIN',
      params: userId,
      body: userChangesBody,
      reply: 'nothing',
      handler: async ({ viewer, params, body }) => {
        await updateUser(db, viewer.userId, params.id, restrictionsOf(body));
        authentication.forget(params.id);
      },
    }),
    route({
      method: 'delete',
      path: '/api/v2/users/:id',
      id: 'deleteUserById',
      tag,
      summary: 'Delete a user with progress, keys and sessions',
      access: 'ADMIN',
      params: userId,
      reply: 'nothing',
      handler: async ({ viewer, params }) => {
        await deleteUser(db, viewer.userId, params.id);
        authentication.forget(params.id);
      },
    }),
    route({
      method: 'patch',
      path: '/api/v2/users/:id/password',
      id: 'updatePasswordByUserId',
      tag,
      summary: 'Change a password; ends the sessions of another user',
      access: 'any',
      params: userId,
      body: passwordBody,
      reply: 'nothing',
      handler: async ({ viewer, params, body }) => {
        selfOrAdmin(viewer, params.id);
        await changePassword(db, viewer.userId, params.id, body.password);
        authentication.forget(params.id);
      },
    }),
  ];
}

function activity({ db }: HttpDeps): Route[] {
  const tag = 'Authentication activity';
  const query = z.object(pageParameters);
  return [
    route({
      method: 'get',
      path: '/api/v2/users/me/authentication-activity',
      id: 'getAuthenticationActivityForCurrentUser',
      tag,
      summary: 'The own logins and failed attempts',
      access: 'any',
      query,
      reply: pageOf(activityDto),
      handler: async ({ viewer, query }) => {
        const slice = await findActivity(db, { userId: viewer.userId, email: viewer.email }, query);
        return page(slice.rows.map(presentActivity), slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v2/users/authentication-activity',
      id: 'getAuthenticationActivity',
      tag,
      summary: 'All logins and failed attempts',
      access: 'ADMIN',
      query,
      reply: pageOf(activityDto),
      handler: async ({ query }) => {
        const slice = await findActivity(db, null, query);
        return page(slice.rows.map(presentActivity), slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v2/users/:id/authentication-activity/latest',
      id: 'getLatestAuthenticationActivityByUserId',
      tag,
      summary: 'The last login of a user, or of one API key',
      access: 'any',
      params: userId,
      query: z.object({ apikey_id: text() }),
      reply: activityDto,
      handler: async ({ viewer, params, query }) => {
        selfOrAdmin(viewer, params.id);
        const keyId = query.apikey_id ? uuidOf(query.apikey_id) : undefined;
        const row = keyId === null ? undefined : await latestActivity(db, params.id, keyId);
        if (!row) throw notFound();
        return presentActivity(row);
      },
    }),
  ];
}
