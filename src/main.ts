import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readConfig, InvalidConfig, maskedConfig, type Config } from './base/config';
import { createLog, type Log } from './base/log';
import { closeDatabase, openDatabase } from './db/database';
import { startEmbedded } from './db/embedded';
import { migrate, pendingMigrations } from './db/migrate';
import { StartFailure } from './db/start-failure';
import { createApp } from './http/app';
import { createEventHub } from './http/event-hub';
import { loadWebFiles } from './http/ui/web-files';
import { activityRecorder } from './library/authentication-activity';
import { createAuthentication } from './library/authentication';
import { openBookPages } from './library/book-pages';
import { addMissingLibraries } from './library/libraries';
import { createPosters } from './library/posters';
import { createSessions } from './library/sessions';
import { getSettings } from './library/settings';
import { claim, isClaimed } from './library/users';
import { createViewers } from './library/viewers';
import { defaultLimits } from './media/limits';
import type { ServerEvent } from './queue/events';
import { listenToEvents } from './queue/listen';
import { createQueue, migrateQueue } from './queue/queue';
import { createTaskTotals } from './queue/task-times';
import { startWorkerProcess } from './worker/process';

/** Requests in flight get this long, milliseconds; the whole stop stays below ten seconds. */
const drainPatience = 2_500;

/** The built web UI: beside this program in the build, in `dist` when the sources run. */
const webFolder = path.resolve(__dirname, path.extname(__filename) === '.ts' ? '../dist/web' : '../web');

/** What was started, to be stopped in the opposite order. */
type Closer = () => Promise<void> | void;

async function start(config: Config, log: Log, closers: Closer[], shutDown: () => void): Promise<void> {
  const url = config.databaseUrl ?? (await embedded(config, log, closers));
  const { statementTimeout, preparedStatements } = config;
  const db = await openDatabase(url, { log, applicationName: 'kiremisu http', statementTimeout, preparedStatements });
  closers.push(() => closeDatabase(db));
  await migrate(db);
  await migrateQueue(url, log);

  const queue = createQueue(db);
  const sessions = createSessions(db);
  const viewers = createViewers(db);
  const rememberMeDays = async () => (await getSettings(db)).rememberMeDurationDays;
  const authentication = createAuthentication({ db, sessions, viewers, record: activityRecorder(db), rememberMeDays });
  const events = createEventHub({ db, log });
  const taskTotals = createTaskTotals();
  const pages = await openBookPages({
    db,
    cacheDir: path.join(config.dataDir, 'page-cache'),
    cacheBytes: config.pageCacheBytes,
    permittedMilliseconds: 3_000,
  });
  closers.push(() => pages.close());
  const hear = (event: ServerEvent): void => {
    if (event.type === 'CredentialsChanged') authentication.forget(event.userId);
    if (event.type === 'TasksRun') taskTotals.add(event.times);
    pages.changed(event);
    events.publish(event);
  };
  const missed = (): void => {
    authentication.forgetAll();
    events.restart();
  };
  const listening = await listenToEvents(url, log, hear, missed);
  closers.push(() => listening.close());

  if (config.admin && !(await isClaimed(db))) await claim(db, config.admin.email, config.admin.password);
  await addMissingLibraries({ db, queue, log }, config.libraries);
  const worker = await startWorkerProcess({
    config: { ...config, databaseUrl: url },
    handlerDeps: { limits: defaultLimits, mangadex: config.mangadex },
    log,
  });
  closers.push(() => worker.stop());

  let draining = false;
  const app = createApp({
    config,
    log,
    db,
    queue,
    sessions,
    events,
    taskTotals,
    authentication,
    pages,
    posters: createPosters({ db, queue, limits: defaultLimits }),
    rememberMeDays,
    webFiles: await loadWebFiles(webFolder),
    health: {
      database: async () => (await db.raw('select 1')) !== undefined,
      migrations: async () => (await pendingMigrations(db)).length === 0,
      workers: () => worker.ready(),
    },
    draining: () => draining,
    shutDown,
  });
  const handle = app.callback();
  // longer than the minute that reverse proxies keep theirs: a connection must not end as it is used again
  const options = { keepAliveTimeout: 65_000 };
  const server = createServer(options, (request, response) => void handle(request, response));
  await listen(server, config);
  closers.push(() => {
    draining = true;
    events.close();
    // at the same time: each may need seconds, and together they must stay below ten
    return Promise.all([drain(server), worker.stop()]).then(() => undefined);
  });
  tellWhere(config, (server.address() as AddressInfo).port, log);
}

async function embedded(config: Config, log: Log, closers: Closer[]): Promise<string> {
  const postgres = await startEmbedded({ dataDir: config.dataDir, log });
  closers.push(() => postgres.stop());
  return postgres.url;
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const reason = taken ? `port ${port} is in use: set PORT to another one` : `${host}:${port}: ${error.message}`;
      reject(new StartFailure(`The server cannot listen on ${reason}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** Takes no more connections, lets answers finish, then cuts what is left. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // what ends now (event streams) leaves a connection that its client would keep for the next request
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), drainPatience);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

function tellWhere(config: Config, port: number, log: Log): void {
  const host = ['0.0.0.0', '::'].includes(config.host) ? 'localhost' : config.host;
  const address = `http://${host}:${port}${config.basePath}`;
  log.info({ address }, 'ready');
  process.stderr.write(`\nKireMisu is ready at ${address}/\nOPDS catalog: ${address}/opds/v1.2/catalog\n\n`);
}

async function stop(closers: Closer[], log: Log): Promise<boolean> {
  let clean = true;
  for (let closer = closers.pop(); closer; closer = closers.pop()) {
    try {
      await closer();
    } catch (error) {
      clean = false;
      log.error({ err: error }, 'a part did not stop cleanly');
    }
  }
  return clean;
}

function configuration(): Config {
  try {
    return readConfig(process.env, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function main(): Promise<void> {
  const config = configuration();
  const log = createLog(config.logLevel, { process: 'http' }, config.logFile);
  const closers: Closer[] = [];
  let ending: Promise<void> | undefined;
  const end = (code: number): Promise<void> =>
    (ending ??= stop(closers, log).then((clean) => process.exit(code === 0 && !clean ? 1 : code)));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'stopping');
      void end(0);
    });
  }
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    void end(1);
  });
  log.info(maskedConfig(config), 'starting');
  try {
    await start(config, log, closers, () => void end(0));
  } catch (error) {
    log.fatal({ err: error }, 'start failed');
    if (error instanceof StartFailure) process.stderr.write(`${error.message}\n`);
    await end(1);
  }
}

void main();
