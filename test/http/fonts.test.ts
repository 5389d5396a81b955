import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { useApp } from '../support/app';
import { temporaryFolder } from '../support/temporary';

const folder = temporaryFolder();
const config = () => ({ basePath: '', trustProxy: false, corsOrigins: [], dataDir: folder.path });
const app = useApp(() => ({ config: config() }));
const fonts = '/api/v1/fonts';
const bytes = Buffer.from('wOF2 and what follows');

beforeAll(() => {
  const put = (file: string) => {
    const target = path.join(folder.path, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  };
  for (const name of ['Regular.woff', 'Regular.woff2', 'Bold-Italic.ttf', "Bold o'Neill.otf", 'licence.txt'])
    put(`fonts/Open Sans/${name}`);
  put('fonts/Empty/readme.txt');
  put('secret.woff2');
  symlinkSync(path.join(folder.path, 'secret.woff2'), path.join(folder.path, 'fonts/Open Sans/linked.woff2'));
});

test('families are the folders in the folder of fonts', async () => {
  const reader = await app.user('reader@example.org');
  await app.as(reader).get(`${fonts}/families`).expect(200, ['Empty', 'Open Sans']);
});

test('a style sheet has a face for each weight and style, whose files are found beside it', async () => {
  const address = `${fonts}/resource/Open%20Sans/css`;
  const { text, headers } = await app.anonymous.get(address).expect(200);
  expect(headers['content-type']).toBe('text/css');
  expect(text.match(/font-weight: \w+;\n {4}font-style: \w+/g)).toEqual([
    'font-weight: bold;\n    font-style: normal',
    'font-weight: bold;\n    font-style: italic',
    'font-weight: normal;\n    font-style: normal',
  ]);
  expect(text).toContain(`url('Regular.woff') format('woff'),url('Regular.woff2') format('woff2')`);
  for (const [, file = ''] of text.matchAll(/url\('([^']+)'\)/g)) {
    await app.anonymous.get(new URL(file, `http://x${address}`).pathname).expect(200);
  }
  await app.anonymous.get(address).set('If-None-Match', String(headers['etag'])).expect(304);
});

test('a file is sent under its type, in parts where that is asked', async () => {
  const address = `${fonts}/resource/Open%20Sans/Regular.woff2`;
  const response = await app.anonymous.get(address).responseType('blob').expect(200);
  const headers = response.headers as Record<string, string>;
  expect(headers).toMatchObject({ 'content-type': 'font/woff2', 'accept-ranges': 'bytes' });
  expect(response.body).toEqual(bytes);
  await app.anonymous.get(address).set('Range', 'bytes=0-3').expect(206);
  await app.anonymous.get(address).set('If-None-Match', String(headers['etag'])).expect(304);
});

test.each([
  ...['Open%20Sans/licence.txt', 'Open%20Sans/linked.woff2', 'Open%20Sans/unknown.woff', 'Empty/css', 'Unknown/css'],
  ...['Unknown/a.woff2', '../secret.woff2', '..%2f..%2fsecret.woff2', '%2e%2e/secret.woff2', '%2e%2e/css'],
])('%s is not found', async (name) => {
  const { status } = await app.anonymous.get(`${fonts}/resource/${name}`);
  // 401: the address is one of no public operation
  expect([400, 401, 404]).toContain(status);
});

describe('without a folder of fonts', () => {
  const bare = useApp();

  test('there are none', async () => {
    await bare.admin.get(`${fonts}/families`).expect(200, []);
    await bare.anonymous.get(`${fonts}/resource/OpenDyslexic/css`).expect(404);
    await bare.anonymous.get(`${fonts}/resource/OpenDyslexic/a.woff2`).expect(404);
  });
});
