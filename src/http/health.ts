import Router from '@koa/router';
import type { HttpState } from './context';

/** What has to work before the server takes requests; `true` is fine. */
export interface HealthChecks {
  database(): Promise<boolean>;
  migrations(): Promise<boolean>;
  workers(): boolean;
}

const settled = (check: Promise<boolean>): Promise<boolean> => check.catch(() => false);

/** Each part as `UP` or `DOWN`, and all of them together. */
export async function healthOf(checks: HealthChecks, draining: boolean) {
  const [database, migrations] = await Promise.all([settled(checks.database()), settled(checks.migrations())]);
  const parts = { database, migrations, workers: checks.workers(), accepting: !draining };
  const states = Object.entries(parts).map(([name, isUp]) => [name, isUp ? 'UP' : 'DOWN'] as const);
  return { up: Object.values(parts).every(Boolean), components: Object.fromEntries(states) };
}

/** `GET /health/live`: the process answers. `GET /health/ready`: 503 until database, migrations and workers are there. */
export function healthRouter(checks: HealthChecks, draining: () => boolean): Router<HttpState> {
  const router = new Router<HttpState>({ prefix: '/health' });
  router.get('/live', (ctx) => {
    ctx.body = { status: 'UP' };
  });
  router.get('/ready', async (ctx) => {
    const { up, components } = await healthOf(checks, draining());
    ctx.status = up ? 200 : 503;
    ctx.body = { status: up ? 'UP' : 'DOWN', components };
  });
  return router;
}
