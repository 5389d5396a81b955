import { silentLog } from '../../src/base/log';
import { newId, publicId } from '../../src/base/public-id';
import { HistoryEvent } from '../../src/model/history-event';
import { createQueue, migrateQueue } from '../../src/queue/queue';
import { useApp } from '../support/app';

const app = useApp();
let user: { id: string; email: string; password: string };

beforeAll(async () => {
  user = await app.user('user@example.org');
});

describe('server settings', () => {
  const settings = '/api/v1/settings';

  test('have all members that the settings pages read', async () => {
    const port = Number(new URL(app.base).port);
    expect((await app.admin.get(settings).expect(200)).body).toEqual({
      ...{ deleteEmptyCollections: true, deleteEmptyReadLists: true, rememberMeDurationDays: 365 },
      ...{ thumbnailSize: 'DEFAULT', taskPoolSize: 1, koboProxy: false, koboPort: null },
      serverPort: { configurationSource: port, databaseSource: null, effectiveValue: port },
      serverContextPath: { configurationSource: null, databaseSource: null, effectiveValue: '' },
      kepubifyPath: { configurationSource: null, databaseSource: null, effectiveValue: null },
    });
  });

  test('change as far as they are sent', async () => {
    const changes = { thumbnailSize: 'LARGE', taskPoolSize: 2, deleteEmptyCollections: false, koboProxy: true };
    await app.admin.patch(settings).send(changes).expect(204);
    await app.admin.patch(settings).send({ thumbnailSize: null, serverPort: null }).expect(204);
    expect((await app.admin.get(settings)).body).toMatchObject({
      ...{ thumbnailSize: 'LARGE', taskPoolSize: 2, deleteEmptyCollections: false, rememberMeDurationDays: 365 },
    });
  });

  test('what is not valid, or is not decided here, is refused by name', async () => {
    for (const [fieldName, value] of Object.entries({
      ...{ rememberMeDurationDays: 0, taskPoolSize: -1, serverPort: 8080, serverContextPath: '/komga' },
    })) {
      const response = await app.admin
        .patch(settings)
        .send({ [fieldName]: value })
        .expect(400);
      expect(response.body).toMatchObject({ violations: [{ fieldName }] });
    }
    await app.admin.patch(settings).send({ thumbnailSize: 'HUGE' }).expect(400);
    await app.as(user).get(settings).expect(403);
    await app.as(user).patch(settings).send({}).expect(403);
  });

  test('a renewed key makes everybody log in again', async () => {
    const login = await app.as(user).get('/api/v2/users/me?remember-me=true').expect(200);
    const cookies = (login.headers['set-cookie'] as unknown as string[]).map((line) => line.split(';')[0] ?? '');
    const remember = cookies.find((cookie) => cookie.startsWith('komga-remember-me=')) ?? '';
    await app.anonymous.get('/api/v2/users/me').set('Cookie', remember).expect(200);
    await app.admin.patch(settings).send({ renewRememberMeKey: true }).expect(204);
    await app.anonymous.get('/api/v2/users/me').set('Cookie', remember).expect(401);
  });
});

describe('settings of front-ends', () => {
  const globals = '/api/v1/client-settings/global';
  const own = '/api/v1/client-settings/user';

  test('for everybody are written by administrators; the public ones are shown to anybody', async () => {
    const values = {
      'web.theme': { value: '{"dark":true}', allowUnauthorized: true },
      'web.secret': { value: 'x', allowUnauthorized: false },
    };
    await app.admin.patch(globals).send(values).expect(204);
    expect((await app.as(user).get(`${globals}/list`).expect(200)).body).toEqual(values);
    expect((await app.anonymous.get(`${globals}/list`).expect(200)).body).toEqual({ 'web.theme': values['web.theme'] });
    await app.admin
      .patch(globals)
      .send({ 'web.theme': { value: 'y', allowUnauthorized: false } })
      .expect(204);
    expect((await app.anonymous.get(`${globals}/list`).expect(200)).body).toEqual({});
    await app.admin.delete(globals).send(['web.theme', 'unknown']).expect(204);
    expect(Object.keys((await app.admin.get(`${globals}/list`)).body as object)).toEqual(['web.secret']);
    await app.as(user).patch(globals).send(values).expect(403);
    await app.as(user).delete(globals).send(['web.secret']).expect(403);
  });

  test('of a user are nobody else’s', async () => {
    await app
      .as(user)
      .patch(own)
      .send({ 'reader.fit': { value: 'width' } })
      .expect(204);
    expect((await app.as(user).get(`${own}/list`).expect(200)).body).toEqual({ 'reader.fit': { value: 'width' } });
    expect((await app.admin.get(`${own}/list`).expect(200)).body).toEqual({});
    await app.as(user).delete(own).send(['reader.fit']).expect(204);
    expect((await app.as(user).get(`${own}/list`)).body).toEqual({});
  });

  test.each(['single', 'one.two', 'one.with-dash', 'one.two.three-four_five', 'start2.0value', 'start-2.value2'])(
    'the key %s is valid',
    async (key) => {
      await app
        .as(user)
        .patch(own)
        .send({ [key]: { value: 'x' } })
        .expect(204);
    },
  );

  test.each([
    '',
    ' ',
    'UPPER',
    'symbols!',
    'two..dots',
    '.start',
    'end.',
    'setting.-x',
    'setting.x-',
    '_first',
    '2nd',
    'a'.repeat(256),
  ])('the key "%s" is not, and nothing is saved', async (key) => {
    const body = { 'never.saved': { value: 'x' }, [key]: { value: 'x' } };
    const response = await app.as(user).patch(own).send(body).expect(400);
    expect(response.body).toHaveProperty('violations');
    expect((await app.as(user).get(`${own}/list`)).body).not.toHaveProperty(['never.saved']);
    await app.as(user).delete(own).send([key]).expect(400);
  });

  test('a value is a text that says something', async () => {
    for (const value of ['', null, { a: 1 }]) await app.as(user).patch(own).send({ key: { value } }).expect(400);
    await app
      .as(user)
      .patch(own)
      .send({ key: { value: 5 } })
      .expect(204);
    expect((await app.as(user).get(`${own}/list`)).body).toMatchObject({ key: { value: '5' } });
  });
});

test('what front-ends ask at their start is answered, even if there is nothing to say', async () => {
  await app.anonymous.get('/api/v1/oauth2/providers').expect(200, []);
  await app.as(user).get('/api/v1/fonts/families').expect(200, []);
  await app.as(user).delete('/api/v1/syncpoints/me?key_id=x').expect(204);
  await app.admin.get('/api/v1/releases').expect(200, []);
  await app.admin.put('/api/v1/announcements').send(['x']).expect(204);
  const feed = await app.admin.get('/api/v1/announcements').expect(200);
  expect(feed.body).toMatchObject({ title: 'Announcements', items: [], home_page_url: '', description: '' });
  const info = await app.admin.get('/actuator/info').expect(200);
  expect(info.body).toMatchObject({ build: { name: 'KireMisu' } });
  for (const path of ['/api/v1/releases', '/api/v1/announcements', '/actuator/info', '/api/v1/history']) {
    await app.as(user).get(path).expect(403);
  }
});

test('waiting work is counted and forgotten', async () => {
  await migrateQueue(app.url, silentLog());
  const payloads = [1, 2, 3].map(() => ({ bookId: newId() }));
  await createQueue(app.db).submitMany('analyzeBook', payloads);
  await app.as(user).delete('/api/v1/tasks').expect(403);
  await app.admin.delete('/api/v1/tasks').expect(200, '3');
  await app.admin.delete('/api/v1/tasks').expect(200, '0');
});

test('the history has the newest change first', async () => {
  const at = (day: number) => new Date(`2024-01-0${day}T00:00:00Z`);
  const bookId = newId();
  const row = { type: 'BookFileDeleted', properties: { name: '/a.cbz', reason: 'x' }, seriesId: null };
  await HistoryEvent.query(app.db).insert([
    { ...row, id: newId(), bookId, happenedAt: at(1) },
    { ...row, id: newId(), bookId: null, happenedAt: at(2) },
  ]);
  const response = await app.admin.get('/api/v1/history').expect(200);
  expect(response.body).toMatchObject({
    content: [
      { timestamp: '2024-01-02T00:00:00Z', bookId: null, seriesId: null },
      { timestamp: '2024-01-01T00:00:00Z', bookId: publicId(bookId), properties: { name: '/a.cbz' } },
    ],
    sort: { sorted: true },
  });
  const oldest = await app.admin.get('/api/v1/history?sort=timestamp,asc&size=1').expect(200);
  expect(oldest.body).toMatchObject({ content: [{ timestamp: '2024-01-01T00:00:00Z' }], totalElements: 2 });
});
