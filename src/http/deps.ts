import type { Config } from '../base/config';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import type { Authentication } from '../library/authentication';
import type { BookPages } from '../library/pages';
import type { Posters } from '../library/posters';
import type { Sessions } from '../library/sessions';
import type { TaskTotals } from '../queue/task-times';
import type { Queue } from '../queue/tasks';
import type { EventHub } from './event-hub';
import type { HealthChecks } from './health';
import type { RequestMetrics } from './request-metrics';

/** What the routes are given; only main.ts and the tests make it. */
export interface HttpDeps {
  config: Pick<Config, 'basePath' | 'trustProxy' | 'corsOrigins'> &
    Partial<Pick<Config, 'mangadex' | 'dataDir' | 'logFile'>>;
  log: Log;
  db: Database;
  queue: Queue;
  authentication: Authentication;
  sessions: Sessions;
  pages: BookPages;
  posters: Posters;
  events: EventHub;
  /** Tasks that ran since the start. */
  taskTotals: TaskTotals;
  health: HealthChecks;
  /** True once the server was asked to stop. */
  draining: () => boolean;
  /** Ends the program in good order, as a signal to stop would. */
  shutDown: () => void;
  metrics: RequestMetrics;
}
