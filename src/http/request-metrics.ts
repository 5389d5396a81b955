import type { Middleware } from 'koa';
import type { HttpState } from './context';

/** Upper bounds of the groups that durations are counted in, seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Requests to one operation since the start. */
export interface RouteMetrics {
  route: string;
  /** By status of the answer. */
  statuses: ReadonlyMap<number, number>;
  /** Requests that took at most `bound` seconds until their answer began. */
  durations: { bound: number; count: number }[];
  seconds: number;
  count: number;
}

export interface RequestMetrics {
  observe(route: string, status: number, seconds: number): void;
  routes(): RouteMetrics[];
}

interface Counts {
  statuses: Map<number, number>;
  buckets: number[];
  seconds: number;
  count: number;
}

export function createRequestMetrics(): RequestMetrics {
  const byRoute = new Map<string, Counts>();
  const countsOf = (route: string): Counts => {
    const known = byRoute.get(route) ?? {
      ...{ statuses: new Map<number, number>(), buckets: bounds.map(() => 0), seconds: 0, count: 0 },
    };
    byRoute.set(route, known);
    return known;
  };
  return {
    observe(route, status, seconds) {
      const counts = countsOf(route);
      counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
      const bucket = bounds.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1;
      counts.seconds += seconds;
      counts.count++;
    },
    routes: () =>
      [...byRoute].map(([route, { statuses, buckets, seconds, count }]) => {
        let sum = 0;
        const durations = bounds.map((bound, index) => ({ bound, count: (sum += buckets[index] ?? 0) }));
        return { route, statuses, durations, seconds, count };
      }),
  };
}

/** Counts what is answered, by operation: paths would be as many as there are books. */
export function measureRequests(metrics: RequestMetrics): Middleware<HttpState> {
  return async (ctx, next) => {
    const begin = performance.now();
    await next();
    metrics.observe(ctx.state.route ?? 'other', ctx.status, (performance.now() - begin) / 1000);
  };
}
