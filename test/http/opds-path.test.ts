import pino from 'pino';
import { adminLogin, useApp } from '../support/app';
import { basic } from '../support/crawler';
import { rawRequest } from '../support/raw-http';

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

describe('behind a proxy that speaks HTTP/1.0 and names itself as host, as nginx does', () => {
  const login = `Authorization: ${basic(adminLogin)}`;
  const proxied = (path: string, ...headers: string[]) =>
    rawRequest(app.base, [`GET ${path} HTTP/1.0`, 'Host: 10.0.0.7:25600', login, ...headers]);
  /** Where all links of a document lead to, by scheme, host and path up to the catalogue. */
  const leadTo = (body: Buffer) =>
    new Set([...body.toString().matchAll(/href"?[:=]"([^"]*?)\/opds\/v/g)].map(([, origin]) => origin));
  const both = ['v1.2/catalog', 'v1.2/books', 'v2/catalog', 'v2/libraries/browse'];

  test.each(both)('%s has every link at the address outside, and its length', async (path) => {
    const { status, headers, body } = await proxied(
      `/comics/opds/${path}`,
      ...['X-Forwarded-Proto: https', 'X-Forwarded-Host: read.example.org'],
    );
    expect([status, headers.get('transfer-encoding')]).toEqual(['HTTP/1.1 200 OK', undefined]);
    expect(headers.get('content-length')).toBe(String(body.length));
    expect([...leadTo(body)]).toEqual(['https://read.example.org/comics']);
  });

  test.each([
    ['an IPv6 address with its port', ['X-Forwarded-Host: [2001:db8::1]:8443'], 'http://[2001:db8::1]:8443/comics'],
    ['the first of several proxies', ['X-Forwarded-Host: outer.example, inner'], 'http://outer.example/comics'],
    ['a port told apart', ['X-Forwarded-Host: a.example', 'X-Forwarded-Port: 81'], 'http://a.example:81/comics'],
    ['no header at all', [], 'http://10.0.0.7:25600/comics'],
  ])('%s', async (_what, headers, origin) => {
    for (const path of ['v1.2/catalog', 'v2/catalog'])
      expect([...leadTo((await proxied(`/comics/opds/${path}`, ...headers)).body)]).toEqual([origin]);
  });

  test('the authentication document and its link say the address outside', async () => {
    const { status, headers, body } = await rawRequest(app.base, [
      ...['GET /comics/opds/v2/catalog HTTP/1.0', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: read.example.org'],
    ]);
    expect(status).toBe('HTTP/1.1 401 Unauthorized');
    expect(headers.get('link')).toContain('<https://read.example.org/comics/opds/v2/auth>');
    expect(JSON.parse(body.toString())).toMatchObject({ id: 'https://read.example.org/comics/opds/v2/auth' });
  });
});

test('an empty server has an empty, valid catalogue', async () => {
  const feed = await app.admin.get('/comics/opds/v1.2/series').expect(200);
  expect(feed.text).toContain('<opensearch:totalResults>0</opensearch:totalResults>');
});
