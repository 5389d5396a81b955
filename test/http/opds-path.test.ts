import pino from 'pino';
import { useApp } from '../support/app';

const lines: string[] = [];
const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
const app = useApp(() => ({ log, config: { basePath: '/comics', trustProxy: true, corsOrigins: [] } }));

const newKey = async (comment: string): Promise<string> => {
  const response = await app.admin.post('/comics/api/v2/users/me/api-keys').send({ comment }).expect(200);
  return (response.body as { key: string }).key;
};

test('a key in the path is in no line of the log, whether the address is right or wrong', async () => {
  const key = await newKey('log');
  const wrong = `${key.slice(1)}0`;
  await app.anonymous.get(`/comics/opds/${key}/v1.2/catalog`).expect(200);
  await app.anonymous.get(`/comics/opds/${key}`).expect(200);
  await app.anonymous.get(`/comics/opds/${wrong}/v1.2/catalog`).expect(401);
  await app.anonymous.get(`/elsewhere/opds/${key}/v1.2/catalog`).expect(404);
  expect(lines.filter((line) => line.includes('/opds')).length).toBeGreaterThan(3);
  expect(lines.filter((line) => line.includes(key) || line.includes(wrong))).toEqual([]);
});

test('links carry base path, forwarded scheme, host and port, and the key', async () => {
  const key = await newKey('links');
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'comics.example', 'X-Forwarded-Port': '8443' };
  const keyed = await app.anonymous.get(`/comics/opds/${key}/v1.2/catalog/`).set(forwarded).expect(200);
  expect(keyed.text).toContain(`href="https://comics.example:8443/comics/opds/${key}/v1.2/series"`);
  const plain = await app.admin
    .get('/comics/opds')
    .set({ ...forwarded, 'X-Forwarded-Port': '443' })
    .expect(200);
  expect(plain.text).toContain('href="https://comics.example/comics/opds/v1.2/series"');
  const prefixed = await app.admin
    .get('/opds')
    .set({ ...forwarded, 'X-Forwarded-Prefix': '/behind' })
    .expect(200);
  expect(prefixed.text).toContain('href="https://comics.example:8443/behind/opds/v1.2/series"');
});

test('an empty server has an empty, valid catalogue', async () => {
  const feed = await app.admin.get('/comics/opds/v1.2/series').expect(200);
  expect(feed.text).toContain('<opensearch:totalResults>0</opensearch:totalResults>');
});
