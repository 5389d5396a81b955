import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cbz, put } from '../support/book-builders';
import { until } from '../support/embedded';
import { judgeFetched } from '../support/judged-fetch';
import { runServer, startServer, untilScanned } from '../support/server-process';
import { databaseUrl, serverVariable } from '../support/test-server';
import { temporaryFolder } from '../support/temporary';

jest.setTimeout(120_000);
judgeFetched();
const folder = temporaryFolder();

test('faults of the configuration are all told, and the program ends with 1', async () => {
  const env = { PORT: 'many', LOG_LEVEL: 'loud' };
  const { code, stderr } = await runServer({ dataDir: path.join(folder.path, 'unused'), env });
  expect(code).toBe(1);
  expect(stderr).toContain('PORT');
  expect(stderr).toContain('LOG_LEVEL');
});

test('a server whose database does not exist ends with 1 and says so without a stack trace', async () => {
  const env = { DATABASE_URL: databaseUrl(process.env[serverVariable] ?? '', 'no_such_database') };
  const { code, stderr } = await runServer({ dataDir: path.join(folder.path, 'unused'), env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/DATABASE_URL/);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('SIGTERM ends it with 0 within ten seconds; after kill -9 it comes back by itself with everything', async () => {
  const dataDir = path.join(folder.path, 'data');
  const comics = path.join(folder.path, 'comics');
  await mkdir(comics);
  put(comics, 'First Series/Book 1.cbz', await cbz({ pages: 3, seed: 1 }));

  const first = await startServer({ dataDir, folders: [comics] });
  await untilScanned(first, 1);
  const books = await first.json<{ content: { id: string }[] }>('/api/v1/books');
  const begin = Date.now();
  expect(await first.stop('SIGTERM')).toBe(0);
  expect(Date.now() - begin).toBeLessThan(10_000);

  const second = await startServer({ dataDir, folders: [comics] });
  const ended = second.stop('SIGKILL');
  expect(await ended).toBeNull();

  put(comics, 'First Series/Book 2.cbz', await cbz({ pages: 3, seed: 2 }));
  const third = await startServer({ dataDir, folders: [comics] });
  try {
    const libraries = await third.json<{ id: string; name: string }[]>('/api/v1/libraries');
    expect(libraries.map(({ name }) => name)).toEqual(['comics']);
    const again = await third.json<{ content: { id: string }[] }>('/api/v1/books');
    expect(again.content.map(({ id }) => id)).toEqual(books.content.map(({ id }) => id));
    const scan = await fetch(`${third.base}/api/v1/libraries/${libraries[0]?.id}/scan`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('admin@example.org:correct horse').toString('base64')}` },
    });
    expect(scan.status).toBe(202);
    await untilScanned(third, 2);
  } finally {
    expect(await third.stop()).toBe(0);
  }
});

test('asked by its administrator over HTTP it ends as it would by a signal; its log can be read there too', async () => {
  const logFile = path.join(folder.path, 'logs/kiremisu.log');
  const server = await startServer({ dataDir: path.join(folder.path, 'shut down'), env: { LOG_FILE: logFile } });
  const logged = await server.get('/actuator/logfile');
  expect(logged.headers.get('content-type')).toMatch(/^text\/plain/);
  const writers = async () => {
    const lines = (await (await server.get('/actuator/logfile')).text()).trim().split('\n');
    return new Set(lines.map((line) => (JSON.parse(line) as { process: string }).process));
  };
  await until('both processes have written to it', async () => (await writers()).size === 2);
  expect(await writers()).toEqual(new Set(['http', 'worker']));
  const ended = once(server.child, 'exit');
  const response = await fetch(`${server.base}/actuator/shutdown`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('admin@example.org:correct horse').toString('base64')}` },
  });
  expect(await response.json()).toEqual({ message: 'Shutting down, bye...' });
  expect(await ended).toEqual([0, null]);
});
