import Router from '@koa/router';
import type { HttpState } from './context';

/** What has to work before the server takes requests; `true` is fine. */
export interface HealthChecks {
  database(): Promise<boolean>;
  migrations(): Promise<boolean>;
  workers(): boolean;
}

const settled = (check: Promise<boolean>): Promise<boolean> => check.catch(() => false);

/** `GET /health/live`: the process answers. `GET /health/ready`: 503 until database, migrations and workers are there. */
export function healthRouter(checks: HealthChecks, draining: () => boolean): Router<HttpState> {
  const router = new Router<HttpState>({ prefix: '/health' });
  router.get('/live', (ctx) => {
    ctx.body = { status: 'UP' };
  });
  router.get('/ready', async (ctx) => {
    const [database, migrations] = await Promise.all([settled(checks.database()), settled(checks.migrations())]);
    const components = { database, migrations, workers: checks.workers(), accepting: !draining() };
    const up = Object.values(components).every(Boolean);
    ctx.status = up ? 200 : 503;
    const states = Object.entries(components).map(([name, ok]) => [name, ok ? 'UP' : 'DOWN']);
    ctx.body = { status: up ? 'UP' : 'DOWN', components: Object.fromEntries(states) as Record<string, string> };
  });
  return router;
}
