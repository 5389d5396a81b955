import { publicId } from '../../src/base/public-id';
import { adminLogin, useApp } from '../support/app';

const app = useApp(undefined, { claimed: false });
const me = '/api/v2/users/me';

const claimAs = (email: string, password: string) =>
  app.anonymous.post('/api/v1/claim').set('X-Komga-Email', email).set('X-Komga-Password', password);

test('a claim needs an e-mail with a domain and a password', async () => {
  const response = await claimAs('user@domain', ' ').expect(400);
  const { violations } = response.body as { violations: { fieldName: string }[] };
  expect(violations.map(({ fieldName }) => fieldName).sort()).toEqual(['email', 'password']);
  await app.anonymous.post('/api/v1/claim').expect(400);
});

test('of two claims at the same time one makes the administrator, with all roles', async () => {
  await app.anonymous.get('/api/v1/claim').expect(200, { isClaimed: false });
  const answers = await Promise.all([
    claimAs(adminLogin.email, adminLogin.password),
    claimAs(adminLogin.email, adminLogin.password),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  const claimed = answers.find(({ status }) => status === 200);
  expect((claimed?.body as { roles: string[] }).roles).toEqual(
    expect.arrayContaining(['USER', 'ADMIN', 'PAGE_STREAMING', 'FILE_DOWNLOAD']),
  );
});

test('a claim of a server that is claimed costs no lock and no hash of a password', async () => {
  const statements: string[] = [];
  const heard = ({ sql }: { sql: string }) => void statements.push(sql);
  app.db.on('query', heard);
  const response = await claimAs('late@example.org', 'too late').expect(400);
  app.db.off('query', heard);
  expect(response.body).toMatchObject({ message: 'This server has already been claimed' });
  expect(statements.filter((sql) => sql.includes('lock table'))).toEqual([]);
});

test('a user without roles is created with 201; unknown roles are dropped', async () => {
  const response = await app.admin
    .post('/api/v2/users')
    .send({ email: 'new@example.org', password: 'x', roles: ['USER', 'KING'] })
    .expect(201);
  expect(response.body).toMatchObject({
    roles: ['USER'],
    sharedAllLibraries: true,
    sharedLibrariesIds: [],
    ageRestriction: null,
  });
  const again = await app.admin.post('/api/v2/users').send({ email: 'NEW@example.org', password: 'x' }).expect(400);
  expect(again.body).toMatchObject({ message: 'A user with this email already exists' });
});

test('restrictions are normalised: labels in lower case, an excluded one is not allowed', async () => {
  const { id } = await app.user('restricted@example.org');
  await app.admin
    .patch(`/api/v2/users/${publicId(id)}`)
    .send({
      labelsAllow: [' Kids', 'both'],
      labelsExclude: ['Both', ''],
      ageRestriction: { age: 12, restriction: 'ALLOW_ONLY' },
    })
    .expect(204);
  const users = (await app.admin.get('/api/v2/users').expect(200)).body as { email: string }[];
  expect(users.find(({ email }) => email === 'restricted@example.org')).toMatchObject({
    labelsAllow: ['kids'],
    labelsExclude: ['both'],
    ageRestriction: { age: 12, restriction: 'ALLOW_ONLY' },
  });
  await app.admin
    .patch(`/api/v2/users/${publicId(id)}`)
    .send({ ageRestriction: null })
    .expect(204);
});

test('changing a user ends the sessions of that user', async () => {
  const user = await app.user('expiring@example.org');
  const login = await app.as(user).get(me).set('X-Auth-Token', '').expect(200);
  const token = login.headers['x-auth-token'] ?? '';
  await app.anonymous.get(me).set('X-Auth-Token', token).expect(200);
  await app.admin
    .patch(`/api/v2/users/${publicId(user.id)}`)
    .send({ roles: ['PAGE_STREAMING'] })
    .expect(204);
  await app.anonymous.get(me).set('X-Auth-Token', token).expect(401);
});

test('an administrator can neither change nor delete himself', async () => {
  const self = (await app.admin.get(me)).body as { id: string };
  await app.admin.patch(`/api/v2/users/${self.id}`).send({ roles: [] }).expect(403);
  await app.admin.delete(`/api/v2/users/${self.id}`).expect(403);
});

test('a deleted user cannot log in any more', async () => {
  const user = await app.user('leaving@example.org');
  await app.as(user).get(me).expect(200);
  await app.admin.delete(`/api/v2/users/${publicId(user.id)}`).expect(204);
  await app.as(user).get(me).expect(401);
  await app.admin.delete(`/api/v2/users/${publicId(user.id)}`).expect(404);
});

test('a user administers nobody, but may change the own password', async () => {
  const user = await app.user('ordinary@example.org');
  await app.as(user).get('/api/v2/users').expect(403);
  await app.as(user).post('/api/v2/users').send({}).expect(403);
  await app
    .as(user)
    .patch(`/api/v2/users/${publicId(user.id)}/password`)
    .send({ password: 'new one' })
    .expect(204);
  await app
    .as({ ...user, password: 'new one' })
    .get(me)
    .expect(200);
  await app.as(user).get(me).expect(401);
});

test('after too many failures the account is refused for a while, with the time to wait', async () => {
  const user = await app.user('attacked@example.org');
  for (let i = 0; i < 4; i++)
    await app
      .as({ ...user, password: `guess ${i}` })
      .get(me)
      .expect(401);
  const response = await app
    .as({ ...user, password: 'guess 5' })
    .get(me)
    .expect(429);
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
});
