import { monitorEventLoopDelay } from 'node:perf_hooks';
import { failedCounts, pendingCounts } from '../../queue/queue';
import { countBooksByStatus, findTotals } from '../../search/find-metrics';
import type { HttpDeps } from '../deps';
import { exposition, expositionType, type Metric } from '../prometheus';
import type { RequestMetrics } from '../request-metrics';
import { route, type Route } from '../route';

const nanoseconds = 1e9;

const gauge = (name: string, help: string, samples: Metric['samples']): Metric => ({
  ...{ name: `kiremisu_${name}`, help, type: 'gauge', samples },
});

function requestMetrics(metrics: RequestMetrics): Metric[] {
  const routes = metrics.routes();
  return [
    {
      ...{ name: 'kiremisu_http_requests_total', help: 'Answers by operation and status', type: 'counter' },
      samples: routes.flatMap(({ route, statuses }) =>
        [...statuses].map(([status, value]) => ({ labels: { route, status }, value })),
      ),
    },
    {
      ...{ name: 'kiremisu_http_request_duration_seconds', type: 'histogram' },
      help: 'Time until the answer began, by operation',
      samples: routes.flatMap(({ route, durations, seconds, count }) => [
        ...durations.map(({ bound, count: value }) => ({ suffix: '_bucket', labels: { route, le: bound }, value })),
        { suffix: '_bucket', labels: { route, le: '+Inf' }, value: count },
        { suffix: '_sum', labels: { route }, value: seconds },
        { suffix: '_count', labels: { route }, value: count },
      ]),
    },
  ];
}

async function contentMetrics({ db, events, taskTotals }: HttpDeps): Promise<Metric[]> {
  const [pending, failed, books, totals] = await Promise.all([
    pendingCounts(db),
    failedCounts(db),
    countBooksByStatus(db),
    findTotals(db),
  ]);
  const waiting = Object.entries(pending.countByType).map(([task, value]) => ({ labels: { task }, value }));
  return [
    ...(['count', 'seconds'] as const).map((key): Metric => ({
      name: `kiremisu_tasks_${key === 'count' ? 'run' : 'seconds'}_total`,
      help: key === 'count' ? 'Tasks that were done since the start' : 'Time that they took',
      type: 'counter',
      samples: taskTotals.all().map((times) => ({ labels: { task: times.task }, value: times[key] })),
    })),
    gauge('tasks_pending', 'Tasks that wait or run', waiting),
    gauge(
      'tasks_failed',
      'Tasks that used up their attempts',
      failed.map(({ task, count }) => ({ labels: { task }, value: count })),
    ),
    gauge(
      'books',
      'Books by the state of their file',
      books.map(({ status, count }) => ({ labels: { status }, value: count })),
    ),
    gauge('libraries', 'Libraries', [{ value: totals.libraries }]),
    gauge('users', 'Users', [{ value: totals.users }]),
    gauge('event_streams', 'Open connections of server-sent events', [{ value: events.size() }]),
  ];
}

/** Under the names that Prometheus' own clients use. */
function processMetrics(delay: { percentile(p: number): number }): Metric[] {
  const { user, system } = process.cpuUsage();
  const plain = (name: string, help: string, type: Metric['type'], value: number): Metric => ({
    ...{ name, help, type, samples: [{ value }] },
  });
  return [
    plain('process_resident_memory_bytes', 'Memory of the process', 'gauge', process.memoryUsage.rss()),
    plain('process_cpu_seconds_total', 'CPU time of the process', 'counter', (user + system) / 1e6),
    plain(
      ...(['process_start_time_seconds', 'Start of the process', 'gauge'] as const),
      Math.round(Date.now() / 1000 - process.uptime()),
    ),
    plain(
      ...(['nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop since the last look', 'gauge'] as const),
      delay.percentile(99) / nanoseconds,
    ),
  ];
}

/** Figures for Prometheus; an API key of an administrator is what it should be given. */
export function metricsRoutes(deps: HttpDeps): Route[] {
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  return [
    route({
      method: 'get',
      path: '/metrics',
      id: 'getMetrics',
      tag: 'KireMisu',
      summary: 'Figures of requests, tasks, books and the process, as Prometheus reads them',
      access: 'ADMIN',
      reply: 'bytes',
      produces: [expositionType],
      handler: async ({ ctx }) => {
        // from the first look on: nobody pays for it who does not look
        delay ??= monitorEventLoopDelay({ resolution: 20 });
        delay.enable();
        const metrics = [...requestMetrics(deps.metrics), ...(await contentMetrics(deps)), ...processMetrics(delay)];
        delay.reset();
        ctx.set('Content-Type', expositionType);
        ctx.set('Cache-Control', 'no-store');
        ctx.body = exposition(metrics);
      },
    }),
  ];
}
