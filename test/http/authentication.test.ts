import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { activityRecorder } from '../../src/library/authentication-activity';
import { createAuthentication, type Authentication } from '../../src/library/authentication';
import { hashPassword } from '../../src/library/passwords';
import { createSessions } from '../../src/library/sessions';
import { createViewers } from '../../src/library/viewers';
import { Session } from '../../src/model/credentials';
import { UserAccount } from '../../src/model/user-account';
import { listenToEvents } from '../../src/queue/listen';
import { until } from '../jobs/support';
import { adminLogin, useApp } from '../support/app';

const app = useApp();
const me = '/api/v2/users/me';
const cookiesOf = (response: { headers: Record<string, unknown> }): string[] =>
  (response.headers['set-cookie'] as string[] | undefined) ?? [];

test('nobody gets 401 with a challenge, a JSON body and no session', async () => {
  const response = await app.anonymous.get(me).expect(401);
  expect(response.headers['www-authenticate']).toMatch(/^Basic /);
  expect(response.body).toMatchObject({ status: 401, error: 'Unauthorized', path: me });
  expect(cookiesOf(response)).toEqual([]);
});

test('a script in a browser gets 401 without challenge and body, so that no popup appears', async () => {
  const response = await app.anonymous.get(me).set('X-Requested-With', 'XMLHttpRequest').expect(401);
  expect(response.headers['www-authenticate']).toBeUndefined();
  expect(response.text).toBe('');
});

test('Basic credentials begin a session whose cookie alone is enough afterwards', async () => {
  const first = await app.admin.get(me).expect(200);
  const cookie = cookiesOf(first)[0] ?? '';
  expect(cookie).toMatch(/^KOMGA-SESSION=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  const second = await app.anonymous
    .get(me)
    .set('Cookie', cookie.split(';')[0] ?? '')
    .expect(200);
  expect(second.body).toMatchObject({ email: adminLogin.email });
  expect(cookiesOf(second)).toEqual([]);
});

test('a client that keeps no cookies gets the same session again', async () => {
  const request = () => app.admin.get(me).set('User-Agent', 'no cookies').expect(200);
  const first = cookiesOf(await request())[0];
  expect(cookiesOf(await request())[0]).toBe(first);
});

test('with an X-Auth-Token header the session comes back in the header and no cookie is set', async () => {
  const first = await app.admin.get(me).set('X-Auth-Token', '').expect(200);
  const token = first.headers['x-auth-token'] ?? '';
  expect(token).not.toBe('');
  expect(cookiesOf(first)).toEqual([]);
  const second = await app.anonymous.get(me).set('X-Auth-Token', token).expect(200);
  expect(second.headers['x-auth-token']).toBeUndefined();
  await app.anonymous.get(me).set('X-Auth-Token', 'unknown').expect(401);
});

test('a session of the header can be handed over as a cookie', async () => {
  const first = await app.admin.get(me).set('X-Auth-Token', '').expect(200);
  const token = first.headers['x-auth-token'] ?? '';
  const response = await app.anonymous.get('/api/v1/login/set-cookie').set('X-Auth-Token', token).expect(204);
  expect(cookiesOf(response)[0]).toContain(`KOMGA-SESSION=${token}`);
});

test('logout ends the session and takes the cookies back', async () => {
  const first = await app.admin.get(me).set('User-Agent', 'logout test').expect(200);
  const cookie = cookiesOf(first)[0]?.split(';')[0] ?? '';
  const logout = await app.anonymous.post('/api/logout').set('Cookie', cookie).expect(204);
  expect(cookiesOf(logout).join()).toContain('KOMGA-SESSION=;');
  await app.anonymous.get(me).set('Cookie', cookie).expect(401);
});

test('a wrong password takes the lasting login away', async () => {
  const response = await app.as({ email: adminLogin.email, password: 'wrong' }).get(me).expect(401);
  expect(cookiesOf(response)).toEqual([expect.stringMatching(/^komga-remember-me=; Path=\/; Max-Age=0; Expires=/)]);
});

test('remember-me logs in without session or password, until the password changes', async () => {
  const user = await app.user('remembered@example.org');
  const login = await app.as(user).get(`${me}?remember-me=true`).expect(200);
  const remember =
    cookiesOf(login)
      .find((cookie) => cookie.startsWith('komga-remember-me='))
      ?.split(';')[0] ?? '';
  const again = await app.anonymous.get(me).set('Cookie', remember).expect(200);
  expect(cookiesOf(again)[0]).toContain('KOMGA-SESSION=');
  await app.as(user).patch(`${me}/password`).send({ password: 'another one' }).expect(204);
  await app.anonymous.get(me).set('Cookie', remember).expect(401);
});

test('wrong credentials are 401 even where nobody needs any', async () => {
  await app.anonymous.get('/api/v1/claim').auth(adminLogin.email, 'wrong').expect(401);
  await app.anonymous.get('/api/v1/claim').set('X-API-Key', 'wrong').expect(401);
  await app.anonymous.get('/api/v1/claim').expect(200, { isClaimed: true });
});

test('one wrong credential beside a right one fails the request', async () => {
  await app.admin.get(me).set('X-API-Key', 'wrong').expect(401);
});

test('the e-mail is matched in any case and shown as it was typed at creation', async () => {
  const response = await app
    .as({ ...adminLogin, email: 'ADMIN@Example.org' })
    .get(me)
    .expect(200);
  expect(response.body).toMatchObject({ email: adminLogin.email });
});

test('a password in Latin-1 works for clients that cannot do better', async () => {
  const created = await app.admin
    .post('/api/v2/users')
    .send({ email: 'latin@example.org', password: 'pässwörd' })
    .expect(201);
  expect(created.body).toMatchObject({ roles: ['USER'] });
  const header = `Basic ${Buffer.from('latin@example.org:pässwörd', 'latin1').toString('base64')}`;
  await app.anonymous.get(me).set('Authorization', header).expect(200);
});

describe('API keys', () => {
  test('a key is shown once, works as a header, and ends with its sessions', async () => {
    const created = await app.admin.post(`${me}/api-keys`).send({ comment: 'Mihon' }).expect(200);
    const { id, key } = created.body as { id: string; key: string };
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    const list = await app.admin.get(`${me}/api-keys`).expect(200);
    expect(list.body).toMatchObject([{ id, key: '******', comment: 'Mihon' }]);
    const used = await app.anonymous.get(me).set('X-API-Key', key).expect(200);
    const cookie = cookiesOf(used)[0]?.split(';')[0] ?? '';
    await app.anonymous.get(me).set('X-API-Key', key).set('Cookie', cookie).expect(200);
    await app.admin.delete(`${me}/api-keys/${id}`).expect(204);
    await app.anonymous.get(me).set('X-API-Key', key).expect(401);
    await app.anonymous.get(me).set('Cookie', cookie).expect(401);
  });

  test('two keys of one user cannot have the same comment in another case', async () => {
    await app.admin.post(`${me}/api-keys`).send({ comment: 'tablet' }).expect(200);
    const response = await app.admin.post(`${me}/api-keys`).send({ comment: ' Tablet ' }).expect(400);
    expect(response.body).toMatchObject({ message: 'ERR_1034' });
  });

  test('the key of somebody else is not found', async () => {
    const user = await app.user('keys@example.org');
    const created = await app.as(user).post(`${me}/api-keys`).send({ comment: 'mine' }).expect(200);
    await app.admin.delete(`${me}/api-keys/${(created.body as { id: string }).id}`).expect(404);
  });
});

test('who logged in and who failed is recorded', async () => {
  const user = await app.user('watched@example.org');
  await app.as(user).get(me).expect(200);
  await app
    .as({ ...user, password: 'wrong' })
    .get(me)
    .expect(401);
  const own = await app.as(user).get(`${me}/authentication-activity`).expect(200);
  const { content } = own.body as { content: { success: boolean; userId: string; error: string | null }[] };
  const userId = publicId(user.id);
  expect(content.map(({ success, error, userId: whose }) => ({ success, error, userId: whose }))).toEqual([
    { success: false, error: 'Bad credentials', userId },
    { success: true, error: null, userId },
  ]);
});

describe('Another process', () => {
  const presented = { apiKey: null, sessionToken: null, rememberToken: null, rememberMe: false };
  const from = { ip: '192.0.2.1', userAgent: 'another process' };
  const otherProcess = (): Authentication =>
    createAuthentication({
      ...{ db: app.db, sessions: createSessions(app.db), viewers: createViewers(app.db) },
      ...{ record: activityRecorder(app.db), rememberMeDays: () => Promise.resolve(1) },
    });
  const asks = (other: Authentication, basic: { email: string; password: string }) =>
    other.identify({ ...presented, ...from, basic });
  const withToken = (other: Authentication, sessionToken: string) =>
    other.identify({ ...presented, ...from, basic: null, sessionToken });

  test('that did not hear of a change remembers nothing any more as soon as it knows that it missed something', async () => {
    const user = await app.user('two-processes@example.org');
    const other = otherProcess();
    const token = (await asks(other, user))?.newToken ?? '';
    expect((await withToken(other, token))?.viewer.email).toBe(user.email);
    // changed without a word to anybody, as if the word got lost
    const changed = { passwordHash: await hashPassword('another one'), roles: [] };
    await UserAccount.query(app.db).findById(user.id).patch(changed);
    await Session.query(app.db).where({ userId: user.id }).delete();
    expect((await withToken(other, token))?.viewer.roles.size).toBe(2);
    other.forgetAll();
    expect(await withToken(other, token)).toBeNull();
    await expect(asks(other, user)).rejects.toMatchObject({ status: 401 });
    expect((await asks(other, { ...user, password: 'another one' }))?.viewer.roles.size).toBe(0);
  });

  test('knows it when the connection broke on which it is told', async () => {
    const user = await app.user('broken-wire@example.org');
    const other = otherProcess();
    await asks(other, user);
    let missed = 0;
    const listening = await listenToEvents(
      app.url,
      silentLog(),
      () => undefined,
      () => {
        missed++;
        other.forgetAll();
      },
    );
    await UserAccount.query(app.db)
      .findById(user.id)
      .patch({ passwordHash: await hashPassword('another one') });
    await app.db.raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kiremisu events' and datname = current_database()",
    );
    await until('it listens again', () => missed > 0);
    await listening.close();
    await expect(asks(other, user)).rejects.toMatchObject({ status: 401 });
  });
});

test('a password that is changed while it is being checked is not remembered as right', async () => {
  const user = await app.user('racing@example.org');
  const wrong = { ...user, password: 'the next one' };
  const [first] = await Promise.all([
    app.as(user).get(me),
    app.admin.patch(`/api/v2/users/${publicId(user.id)}/password`).send({ password: wrong.password }),
  ]);
  expect([200, 401]).toContain(first.status);
  await app.as(user).get(me).expect(401);
  await app.as(wrong).get(me).expect(200);
});
