import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import type { Library } from '../../src/model/library';
import { createQueue, migrateQueue } from '../../src/queue/queue';
import { createTaskTotals } from '../../src/queue/task-times';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aSeries } from '../support/builders';
import { temporaryFolder } from '../support/temporary';

const health = { workers: true };
const taskTotals = createTaskTotals();
const ending = { times: 0 };
const app = useApp(() => ({
  taskTotals,
  shutDown: () => void ending.times++,
  health: {
    database: () => Promise.resolve(true),
    migrations: () => Promise.resolve(true),
    workers: () => health.workers,
  },
}));
const type = 'application/vnd.spring-boot.actuator.v3+json';

let library: Library;
let other: Library;
let user: { id: string; email: string; password: string };

beforeAll(async () => {
  await migrateQueue(app.url, silentLog());
  library = await aLibrary(app.db);
  other = await aLibrary(app.db);
  const series = await aSeries(app.db, { library });
  await aBook(app.db, { series, fileSize: 100 });
  await aBook(app.db, { series, fileSize: 20, mediaStatus: 'ERROR' });
  await aCollection(app.db, [series]);
  user = await app.user('user@example.org');
});

test('an administrator shuts the server down, once the answer is out; nobody else does', async () => {
  const path = '/actuator/shutdown';
  await app.anonymous.post(path).expect(401);
  await app.as(user).post(path).expect(403);
  await app.admin.get(path).expect(405);
  expect(ending.times).toBe(0);
  const response = await app.admin.post(path).expect(200).expect('Content-Type', type);
  expect(json(response.text)).toEqual({ message: 'Shutting down, bye...' });
  expect(ending.times).toBe(1);
});

const json = (text: string) => JSON.parse(text) as never;

describe('health', () => {
  const path = '/actuator/health';

  test('says to everybody whether the server works, and to administrators what of it', async () => {
    const anonymous = await app.anonymous.get(path).expect(200);
    expect([anonymous.headers['content-type'], anonymous.text]).toEqual([type, '{"status":"UP"}']);
    expect((await app.as(user).get(path)).text).toBe('{"status":"UP"}');
    expect(json((await app.admin.get(path)).text)).toEqual({
      status: 'UP',
      components: {
        ...{ database: { status: 'UP' }, migrations: { status: 'UP' } },
        ...{ workers: { status: 'UP' }, accepting: { status: 'UP' } },
      },
    });
  });

  test('is 503 when a part does not work', async () => {
    health.workers = false;
    expect((await app.anonymous.get(path).expect(503)).text).toBe('{"status":"DOWN"}');
    expect(json((await app.admin.get(path).expect(503)).text)).toMatchObject({
      components: { workers: { status: 'DOWN' } },
    });
    health.workers = true;
  });
});

test('info has all members that front-ends read, for administrators', async () => {
  const response = await app.admin.get('/actuator/info').expect(200);
  expect(response.body).toMatchObject({
    ...{ build: { name: 'KireMisu' }, git: { commit: { id: '' } }, java: { jvm: { name: 'V8' } } },
    os: { arch: process.arch },
  });
  await app.as(user).get('/actuator/info').expect(403);
  await app.anonymous.get('/actuator/info').expect(401);
});

describe('the figures of front-ends', () => {
  const read = async (name: string) => json((await app.admin.get(`/actuator/metrics/${name}`).expect(200)).text);

  test('are told by name', async () => {
    const response = await app.admin.get('/actuator/metrics').expect(200);
    expect(response.headers['content-type']).toBe(type);
    const { names } = json(response.text) as { names: string[] };
    for (const name of names.filter((one) => !one.startsWith('komga.tasks.'))) {
      expect(await read(name)).toMatchObject({ name, measurements: [{ statistic: 'VALUE' }] });
    }
    expect(names).toContain('komga.books.filesize');
  });

  test('are sums, with what they can be parted by', async () => {
    const libraries = [library, other].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ id }) => publicId(id));
    expect(await read('komga.books.filesize')).toEqual({
      ...{ name: 'komga.books.filesize', description: expect.any(String) as string, baseUnit: 'bytes' },
      measurements: [{ statistic: 'VALUE', value: 120 }],
      availableTags: [{ tag: 'library', values: libraries }],
    });
    expect(await read(`komga.books?tag=library:${publicId(library.id)}`)).toMatchObject({
      ...{ measurements: [{ value: 2 }], availableTags: [] },
    });
    expect(await read(`komga.books?tag=library:${publicId(other.id)}`)).toMatchObject({ measurements: [{ value: 0 }] });
    expect(await read('komga.collections')).toMatchObject({ measurements: [{ value: 1 }], availableTags: [] });
  });

  test('that nobody measured, or that are unknown, are 404 without body', async () => {
    for (const name of [
      'komga.tasks.failure',
      'komga.tasks.execution',
      'komga.books?tag=library:nothing',
      'jvm.memory.used',
      'constructor',
    ]) {
      const response = await app.admin.get(`/actuator/metrics/${name}`);
      expect([name, response.status, response.text]).toEqual([name, 404, '']);
    }
    await app.as(user).get('/actuator/metrics').expect(403);
  });

  test('time the tasks that ran, by kind', async () => {
    taskTotals.add([
      { task: 'hashBook', count: 2, seconds: 3, longest: 2 },
      { task: 'scanLibrary', count: 1, seconds: 5, longest: 5 },
    ]);
    taskTotals.add([{ task: 'hashBook', count: 1, seconds: 1, longest: 1 }]);
    expect(await read('komga.tasks.execution')).toMatchObject({
      baseUnit: 'seconds',
      measurements: [
        { statistic: 'COUNT', value: 4 },
        { statistic: 'TOTAL_TIME', value: 9 },
        { statistic: 'MAX', value: 5 },
      ],
      availableTags: [{ tag: 'type', values: ['HashBook', 'ScanLibrary'] }],
    });
    expect(await read('komga.tasks.execution?tag=type:HashBook')).toMatchObject({
      measurements: [{ value: 3 }, { value: 4 }, { value: 2 }],
    });
  });

  test('count tasks that failed, by kind', async () => {
    const queue = createQueue(app.db);
    await queue.submit('analyzeBook', { bookId: user.id });
    await app.db.raw(
      `select graphile_worker.permanently_fail_jobs(array(select id from graphile_worker.jobs), 'broken')`,
    );
    expect(await read('komga.tasks.failure')).toMatchObject({
      measurements: [{ statistic: 'COUNT', value: 1 }],
      availableTags: [{ tag: 'type', values: ['AnalyzeBook'] }],
    });
  });
});

describe('the figures of Prometheus', () => {
  const figures = async () => (await app.admin.get('/metrics').expect(200)).text;

  test('count requests by operation and status, and how long they took', async () => {
    await app.admin.get('/api/v1/libraries').expect(200);
    await app.admin.get('/api/v1/libraries').expect(200);
    await app.anonymous.get('/api/v1/libraries').expect(401);
    const text = await figures();
    expect(text).toContain('kiremisu_http_requests_total{route="getLibraries",status="200"} 2\n');
    expect(text).toContain('kiremisu_http_requests_total{route="getLibraries",status="401"} 1\n');
    expect(text).toContain('kiremisu_http_request_duration_seconds_bucket{route="getLibraries",le="+Inf"} 3\n');
    expect(text).toContain('kiremisu_http_request_duration_seconds_count{route="getLibraries"} 3\n');
  });

  test('tell of tasks, books and the process', async () => {
    await createQueue(app.db).submit('hashBook', { bookId: user.id });
    const text = await figures();
    expect(text).toContain('# TYPE kiremisu_tasks_pending gauge\nkiremisu_tasks_pending{task="hashBook"} 1\n');
    expect(text).toContain('kiremisu_books{status="ERROR"} 1\nkiremisu_books{status="READY"} 1\n');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
  });

  test('every line is one that Prometheus reads', async () => {
    const response = await app.admin.get('/metrics').expect(200);
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const sample = /^[a-z_\d]+(\{([a-z_]+="[^"\\\n]*",?)+\})? (-?[\d.e+-]+|\+Inf|NaN)$/;
    const odd = response.text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('# ') && !sample.test(line));
    expect(odd).toEqual([]);
  });

  test('are for administrators, also by API key', async () => {
    await app.anonymous.get('/metrics').expect(401);
    await app.as(user).get('/metrics').expect(403);
    const response = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'prometheus' });
    await app.anonymous
      .get('/metrics')
      .set('X-API-Key', (response.body as { key: string }).key)
      .expect(200);
  });
});

describe('the log file', () => {
  const folder = temporaryFolder();
  const file = () => path.join(folder.path, 'kiremisu.log');
  const config = () => ({ basePath: '', trustProxy: false, corsOrigins: [], logFile: file() });
  const logging = useApp(() => ({ config: config() }));
  const address = '/actuator/logfile';

  test('is not there unless one is configured, and for administrators only', async () => {
    const { body } = (await app.admin.get(address).expect(404)) as { body: { message: string } };
    expect(body.message).toContain('LOG_FILE');
    const reader = await logging.user('logs@example.org');
    await logging.as(reader).get(address).expect(403);
    await logging.anonymous.get(address).expect(401);
  });

  test('is sent as it is, or its end alone', async () => {
    writeFileSync(file(), '{"msg":"a line"}\n');
    const whole = await logging.admin.get(address).expect(200);
    expect(whole.headers['content-type']).toBe('text/plain;charset=UTF-8');
    expect(whole.text).toBe('{"msg":"a line"}\n');
    const end = await logging.admin.get(address).set('Range', 'bytes=-2').expect(206);
    expect(end.text).toBe('}\n');
  });
});
