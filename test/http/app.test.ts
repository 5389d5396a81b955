import { request, type IncomingHttpHeaders } from 'node:http';
import { useApp } from '../support/app';

const webFiles = new Map(
  Object.entries({
    '/index.html': '<!doctype html><base href="/" /><title>KireMisu</title>',
    '/assets/app-123.js': 'void 0;',
  }).map(([name, text]) => [
    name,
    { data: Buffer.from(text), mediaType: name.endsWith('js') ? 'text/javascript' : 'text/html', etag: `W/"${name}"` },
  ]),
);

const health = { database: true, workers: true };
const state = { draining: false };
const app = useApp(() => ({
  webFiles,
  config: { basePath: '/comics', trustProxy: true, corsOrigins: ['https://reader.example.org'] },
  draining: () => state.draining,
  health: {
    database: () => (health.database ? Promise.resolve(true) : Promise.reject(new Error('gone'))),
    migrations: () => Promise.resolve(true),
    workers: () => health.workers,
  },
}));

describe('Health', () => {
  test('live answers without login; ready tells each part', async () => {
    await app.anonymous.get('/health/live').expect(200, { status: 'UP' });
    const response = await app.anonymous.get('/health/ready').expect(200);
    expect(response.body).toEqual({
      status: 'UP',
      components: { database: 'UP', migrations: 'UP', workers: 'UP', accepting: 'UP' },
    });
  });

  test('ready is 503 while the database is gone, the workers are not there, or the server stops', async () => {
    for (const fault of [{ database: false }, { workers: false }]) {
      Object.assign(health, fault);
      await app.anonymous.get('/health/ready').expect(503);
      Object.assign(health, { database: true, workers: true });
    }
    state.draining = true;
    const response = await app.anonymous.get('/health/ready').expect(503);
    expect(response.body).toMatchObject({ status: 'DOWN', components: { accepting: 'DOWN' } });
    state.draining = false;
  });
});

describe('Paths', () => {
  test('an unknown path of a protocol is 404 JSON for those who logged in, 401 for others', async () => {
    await app.anonymous.get('/api/v1/nothing').expect(401);
    const response = await app.admin.get('/api/v1/nothing').expect(404);
    expect(response.body).toMatchObject({ status: 404, error: 'Not Found', path: '/api/v1/nothing' });
  });

  test('a path that ends where an id should stand is unknown', async () => {
    const response = await app.admin.get('/api/v1/books/').expect(404);
    expect(response.body).toMatchObject({ message: 'No endpoint GET /api/v1/books/.' });
  });

  test('an error has no text for who wants nothing but a picture', async () => {
    const response = await app.admin.get('/api/v1/nothing').set('Accept', 'image/*').expect(404);
    expect(response.text ?? '').toBe('');
    expect(response.headers['content-type']).toBeUndefined();
  });

  test('answers with a login are kept by nobody but the client, also refusals', async () => {
    const ordinary = await app.user('ordinary@example.org');
    for (const [path, status] of [
      ['/api/v1/genres', 200],
      ['/api/v1/settings', 403],
    ] as const) {
      const response = await app.as(ordinary).get(path).expect(status);
      expect(response.headers['cache-control']).toBe('max-age=0, must-revalidate, private');
    }
  });

  test('another method than those of a path is 405 with those', async () => {
    const response = await app.admin.post('/api/v1/genres').expect(405);
    expect(response.headers['allow']).toBe('GET, HEAD');
  });

  test('every other path is the page of the web UI, so that it can be reloaded', async () => {
    const response = await app.anonymous.get('/series/01ARZ3NDEKTSV4RRFFQ69G5FAV').expect(200);
    expect(response.text).toContain('<title>KireMisu</title>');
    await app.anonymous.post('/series/x').expect(404);
    await app.anonymous.get('/favicon.gone.ico').expect(404);
  });

  test('built files of the UI may be kept for ever, its page is asked for again', async () => {
    const asset = await app.anonymous.get('/assets/app-123.js').expect(200);
    expect(asset.headers['cache-control']).toContain('immutable');
    const page = await app.anonymous.get('/').expect(200);
    expect(page.headers['cache-control']).toBe('no-cache');
  });

  test('no path of the web UI leads out of its folder', async () => {
    const { port } = new URL(app.base);
    const status = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', path: '/assets/../../package.json' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(404);
  });
});

describe('Pages of other origins', () => {
  const address = '/api/v1/genres';
  const preflight = (origin: string) =>
    app.anonymous
      .options(address)
      .set({ Origin: origin, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'X-API-Key' });

  test('that the operator named may use the API with a login', async () => {
    const origin = 'https://reader.example.org';
    const asked = await preflight(origin).expect(200);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'X-API-Key',
      vary: 'Origin',
    });
    const used = await app.admin.get(address).set('Origin', origin).expect(200);
    expect(used.headers).toMatchObject({ 'access-control-allow-origin': origin });
    expect(used.headers['access-control-expose-headers']).toContain('X-Auth-Token');
  });

  test('that nobody named get no leave', async () => {
    await preflight('https://elsewhere.example.org').expect(403);
    const used = await app.admin.get(address).set('Origin', 'https://elsewhere.example.org').expect(200);
    expect(used.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('A form of another site', () => {
  const scan = () =>
    app.admin
      .post('/api/v1/libraries/0DBTWY6S0KNX9/scan')
      .set('Sec-Fetch-Site', 'cross-site')
      .set('Origin', 'https://evil.example');

  test('changes nothing, although the browser sends the password along', async () => {
    const response = await scan().expect(403);
    expect(response.body).toMatchObject({ message: 'A page of another site may not do this' });
    await scan().type('multipart/form-data').send('x').expect(403);
    await scan().type('text/plain').send('{}').expect(403);
  });

  test('is told from apps, from pages of the same site and of origins that were named', async () => {
    await scan().set('X-Requested-With', 'XMLHttpRequest').expect(404);
    await scan().type('json').send('{}').expect(404);
    await scan().set('Sec-Fetch-Site', 'same-origin').expect(404);
    await scan().set('Origin', 'https://reader.example.org').expect(404);
    await app.admin.get('/api/v1/libraries').set('Sec-Fetch-Site', 'cross-site').expect(200);
  });
});

test('documents have a content security policy, data needs none', async () => {
  const page = await app.anonymous.get('/').expect(200);
  expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  const feed = await app.admin.get('/opds/v1.2/catalog').expect(200);
  expect(feed.headers['content-security-policy']).toContain("script-src 'self'");
  const list = await app.admin.get('/api/v1/genres').expect(200);
  expect(list.headers['content-security-policy']).toBeUndefined();
  expect(list.headers['x-content-type-options']).toBe('nosniff');
});

describe('Behind a reverse proxy', () => {
  test('the base path is taken off, and stands in the page, in cookies and in links', async () => {
    const page = await app.anonymous.get('/comics/').expect(200);
    expect(page.text).toContain('<base href="/comics/" />');
    const login = await app.admin.get('/comics/api/v2/users/me').expect(200);
    expect(String(login.headers['set-cookie'])).toMatch(/Path=\/comics\//);
    const feed = await app.admin.get('/comics/opds/v1.2/catalog').expect(200);
    expect(feed.text).toContain(`href="${app.base}/comics/opds/v1.2/catalog"`);
  });

  test('forwarded scheme, host and prefix make the links; cookies become secure', async () => {
    const forwarded = {
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'comics.example.org',
      'X-Forwarded-Prefix': '/shelf',
      'User-Agent': 'behind a proxy',
    };
    const response = await app.admin.get('/opds/v1.2/catalog').set(forwarded).expect(200);
    expect(response.text).toContain('href="https://comics.example.org/shelf/opds/v1.2/catalog"');
    expect(String(response.headers['set-cookie'])).toMatch(/path=\/shelf\/; .*secure/i);
  });
});

test('the address of a client is the one that the proxy saw, not one that the client invents', async () => {
  const user = await app.user('proxied@example.org');
  const invented = (address: number) =>
    app
      .as({ ...user, password: 'wrong' })
      .get('/api/v2/users/me')
      .set('X-Forwarded-For', `203.0.113.${address}, 198.51.100.7`);
  for (const address of [1, 2, 3, 4]) await invented(address).expect(401);
  // another invented address would begin anew
  await invented(5).expect(429);
  const activity = await app.admin.get(`/api/v2/users/authentication-activity?unpaged=true`).expect(200);
  const { content } = activity.body as { content: { email: string; ip: string }[] };
  const seen = content.filter(({ email }) => email === user.email).map(({ ip }) => ip);
  expect(new Set(seen)).toEqual(new Set(['198.51.100.7']));
});

describe('Answers', () => {
  test('the id of a request comes back; an unusable one is replaced', async () => {
    const given = await app.anonymous.get('/health/live').set('X-Request-Id', 'request-17');
    expect(given.headers['x-request-id']).toBe('request-17');
    const replaced = await app.anonymous.get('/health/live').set('X-Request-Id', 'two words');
    expect(replaced.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
  });

  test('text is compressed only for those who ask, and asked again it is 304', async () => {
    const plain = await app.admin.get('/opds/v1.2/catalog').set('Accept-Encoding', 'identity').expect(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const packed = await app.admin.get('/opds/v1.2/catalog').set('Accept-Encoding', 'gzip').expect(200);
    expect(packed.headers['content-encoding']).toBe('gzip');
    await app.admin
      .get('/opds/v1.2/catalog')
      .set('Accept-Encoding', 'gzip')
      .set('If-None-Match', packed.headers['etag'] ?? '')
      .expect(304);
  });

  test('JSON is packed with Brotli for browsers, and as it is for who says nothing of packing', async () => {
    const long = `/comics/v3/api-docs`;
    // fetch unpacks by itself, and tells what it unpacked
    const packed = await fetch(`${app.base}${long}`, { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(await packed.json()).toMatchObject({ openapi: '3.1.0' });
    const { port } = new URL(app.base);
    const silent = await new Promise<IncomingHttpHeaders>((resolve) => {
      request({ port, host: '127.0.0.1', path: long }, (response) => {
        response.resume();
        resolve(response.headers);
      }).end();
    });
    expect([silent['content-encoding'], silent['content-type']]).toEqual([undefined, 'application/json']);
  });

  test('a body that is no JSON, of another type, or too large is refused', async () => {
    const users = () => app.admin.post('/api/v2/users');
    await users().set('Content-Type', 'application/json').send('{"email":').expect(400);
    await users().set('Content-Type', 'text/plain').send('hello').expect(415);
    await users().expect(400);
    await users()
      .set('Content-Type', 'application/json')
      .send(`"${'x'.repeat(5_000_000)}"`)
      .expect(413);
  });
});
