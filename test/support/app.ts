import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import supertest from 'supertest';
import { silentLog } from '../../src/base/log';
import { createApp, type AppOptions } from '../../src/http/app';
import { createEventHub } from '../../src/http/event-hub';
import { activityRecorder } from '../../src/library/authentication-activity';
import { createAuthentication } from '../../src/library/authentication';
import { openBookPages, type OpenBookPages } from '../../src/library/book-pages';
import { createPosters } from '../../src/library/posters';
import { createSessions } from '../../src/library/sessions';
import { getSettings } from '../../src/library/settings';
import { claim, createUser, unrestricted, type Restrictions } from '../../src/library/users';
import { createViewers } from '../../src/library/viewers';
import { defaultLimits } from '../../src/media/limits';
import type { Role } from '../../src/model/user-account';
import { createQueue } from '../../src/queue/queue';
import { createTaskTotals } from '../../src/queue/task-times';
import { judgeAnswers, type AnswersOfApp } from './answers';
import { keepCounts } from './coverage';
import { useDatabase, type TestDatabase } from './database';
import { watchOpds, type OpdsDocuments } from './opds-documents';

export const adminLogin = { email: 'admin@example.org', password: 'correct horse' };

export interface TestApp extends TestDatabase {
  /** Of the listening server, without final slash. */
  base: string;
  /** Requests without credentials. */
  anonymous: ReturnType<typeof supertest>;
  /** Requests as a user: Basic credentials on each. */
  as(login: { email: string; password: string }): ReturnType<typeof supertest.agent>;
  admin: ReturnType<typeof supertest.agent>;
  adminId: string;
  /** Makes a user who may read and download, restricted as said. */
  user(email: string, restrictions?: Partial<Restrictions>): Promise<{ id: string; email: string; password: string }>;
}

type Overrides = (test: TestDatabase) => Partial<AppOptions> | Promise<Partial<AppOptions>>;

interface Held {
  server?: Server;
  base?: string;
  adminId?: string;
  cacheDir?: string;
  pages?: OpenBookPages;
  answers?: AnswersOfApp;
  catalogs?: OpdsDocuments;
}

/** The whole HTTP side on a database of its own, listening on a free port; claimed by an administrator. */
export function useApp(overrides: Overrides = () => ({}), { claimed = true } = {}): TestApp {
  const test = useDatabase();
  const held: Held = {};

  beforeAll(async () => {
    held.cacheDir = await mkdtemp(path.join(tmpdir(), 'kiremisu-pages-'));
    held.pages = await openBookPages({ db: test.db, cacheDir: held.cacheDir });
    const app = createApp({ ...appOptions(test, held.pages), ...(await overrides(test)) });
    held.answers = judgeAnswers(app);
    held.catalogs = watchOpds(app);
    const handle = app.callback();
    held.server = createServer((request, response) => void handle(request, response));
    // the default of 5 s can run out while a test keeps the loop busy, at the moment in which its client asks again
    held.server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => held.server?.listen(0, '127.0.0.1', resolve));
    held.base = `http://127.0.0.1:${(held.server.address() as AddressInfo).port}`;
    if (claimed) held.adminId = (await claim(test.db, adminLogin.email, adminLogin.password)).user.id;
  });

  afterAll(async () => {
    const { server, pages, cacheDir, answers, catalogs } = held;
    if (server) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await pages?.close();
    if (cacheDir !== undefined) await rm(cacheDir, { recursive: true, force: true });
    if (!answers) return;
    keepCounts(answers.counted);
    // fails the file: every answer to every test is as the documents say
    expect([...new Set(answers.faults)]).toEqual([]);
    expect(catalogs?.faults()).toEqual([]);
    // a crawler leaves hundreds of documents to be looked at
  }, 60_000);

  const base = (): string => held.base ?? '';
  const as = ({ email, password }: { email: string; password: string }) =>
    supertest.agent(base()).auth(email, password);
  return {
    get db() {
      return test.db;
    },
    get url() {
      return test.url;
    },
    get base() {
      return base();
    },
    get anonymous() {
      return supertest(base());
    },
    get admin() {
      return as(adminLogin);
    },
    get adminId() {
      return held.adminId ?? '';
    },
    as,
    async user(email, restrictions = {}) {
      const password = 'a password of no use elsewhere';
      const reader: Role[] = ['PAGE_STREAMING', 'FILE_DOWNLOAD'];
      const newUser = { email, password, restrictions: { ...unrestricted, roles: reader, ...restrictions } };
      const { user } = await createUser(test.db, newUser);
      return { id: user.id, email, password };
    },
  };
}

/** What main.ts wires, on the database of the test. */
function appOptions({ db }: TestDatabase, pages: OpenBookPages): AppOptions {
  const log = silentLog();
  const queue = createQueue(db);
  const sessions = createSessions(db);
  const viewers = createViewers(db);
  const rememberMeDays = async () => (await getSettings(db)).rememberMeDurationDays;
  const authentication = createAuthentication({
    db,
    sessions,
    viewers,
    record: activityRecorder(db),
    rememberMeDays,
    // low for one account, so that a test of it need not hash twenty passwords
    failureLimits: { address: 1000, account: 4 },
  });
  const yes = () => Promise.resolve(true);
  return {
    config: { basePath: '', trustProxy: false, corsOrigins: [] },
    log,
    db,
    queue,
    pages,
    posters: createPosters({ db, queue, limits: defaultLimits }),
    events: createEventHub({ db, log }),
    taskTotals: createTaskTotals(),
    sessions,
    authentication,
    rememberMeDays,
    health: { database: yes, migrations: yes, workers: () => true },
    draining: () => false,
    shutDown: () => undefined,
    webFiles: new Map(),
    checkReplies: true,
  };
}
