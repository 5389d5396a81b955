import { arch, release, type } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { notFound } from '../../base/errors';
import { programVersion } from '../../base/version';
import { isAdmin } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { healthOf } from '../health';
import { manyWhole } from '../input';
import { sendFile, sendText } from '../reply';
import { route, type Route } from '../route';
import { komgaMetrics, readMetric } from './metrics';

const actuatorType = 'application/vnd.spring-boot.actuator.v3+json';
const tag = 'Management';

/** All members that Komga's front-ends read; there is no Java, so Node.js stands in its place. */
const infoDto = z.object({
  git: z.object({ branch: z.string(), commit: z.object({ id: z.string(), time: z.string() }) }),
  build: z.object({ artifact: z.string(), name: z.string(), version: z.string(), group: z.string() }),
  java: z.object({
    version: z.string(),
    vendor: z.object({ name: z.string() }),
    runtime: z.object({ name: z.string(), version: z.string() }),
    jvm: z.object({ name: z.string(), vendor: z.string(), version: z.string() }),
  }),
  os: z.object({ name: z.string(), version: z.string(), arch: z.string() }),
});

const info = (): z.input<typeof infoDto> => ({
  git: { branch: '', commit: { id: '', time: '' } },
  build: { artifact: 'kiremisu', name: 'KireMisu', version: programVersion, group: 'kiremisu' },
  java: {
    version: process.versions.node,
    vendor: { name: 'Node.js' },
    runtime: { name: 'Node.js', version: process.versions.node },
    jvm: { name: 'V8', vendor: 'Google', version: process.versions.v8 },
  },
  os: { name: type(), version: release(), arch: arch() },
});

/** What Spring's servers tell of themselves, as far as a front-end or a container asks (komga-rest.md §22). */
export function actuatorRoutes({ config, db, taskTotals, health, draining, shutDown, log }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/actuator/health',
      id: 'getActuatorHealth',
      tag,
      summary: 'Whether the server works; to administrators also which part does not',
      access: 'public',
      reply: 'bytes',
      produces: [actuatorType],
      handler: async ({ ctx, viewer }) => {
        const { up, components } = await healthOf(health, draining());
        const status = up ? 'UP' : 'DOWN';
        const parts = Object.entries(components).map(([name, state]) => [name, { status: state }] as const);
        const body = viewer && isAdmin(viewer) ? { status, components: Object.fromEntries(parts) } : { status };
        sendText(ctx, actuatorType, JSON.stringify(body), up ? 200 : 503);
      },
    }),
    route({
      method: 'get',
      path: '/actuator/info',
      id: 'getActuatorInfo',
      tag,
      summary: 'Name and version of the program and of what it runs on',
      access: 'ADMIN',
      reply: infoDto,
      handler: info,
    }),
    route({
      method: 'get',
      path: '/actuator/metrics',
      id: 'getActuatorMetrics',
      tag,
      summary: 'Names of the figures that front-ends show',
      access: 'ADMIN',
      reply: 'bytes',
      produces: [actuatorType],
      handler: ({ ctx }) => sendText(ctx, actuatorType, JSON.stringify({ names: Object.keys(komgaMetrics).sort() })),
    }),
    route({
      method: 'get',
      path: '/actuator/metrics/:name',
      id: 'getActuatorMetric',
      tag,
      summary: 'One figure, for `tag=name:value` that of a part; 404 when nothing was measured',
      access: 'ADMIN',
      params: z.object({ name: z.string() }),
      query: z.object({ tag: manyWhole() }),
      reply: 'bytes',
      produces: [actuatorType],
      handler: async ({ ctx, params: { name }, query }) => {
        const metric = Object.hasOwn(komgaMetrics, name) ? komgaMetrics[name] : undefined;
        const found = metric && (await readMetric({ db, taskTotals }, metric, query.tag));
        if (!found) throw notFound('');
        const { description, baseUnit } = metric;
        sendText(ctx, actuatorType, JSON.stringify({ name, description, baseUnit, ...found }));
      },
    }),
    route({
      method: 'get',
      path: '/actuator/logfile',
      id: 'getLogFile',
      tag,
      summary: 'The log file, where one is configured (`LOG_FILE`); else 404',
      access: 'ADMIN',
      reply: 'bytes',
      produces: ['text/plain'],
      handler: async ({ ctx }) => {
        const { logFile = null } = config;
        if (logFile === null) throw notFound('The log goes to standard output only; LOG_FILE names a file for it');
        await sendFile(ctx, { path: logFile, name: path.basename(logFile), mediaType: 'text/plain;charset=UTF-8' });
      },
    }),
    route({
      method: 'post',
      path: '/actuator/shutdown',
      id: 'shutDown',
      tag,
      summary: 'End the program; whether it is started again is up to what started it',
      access: 'ADMIN',
      reply: 'bytes',
      produces: [actuatorType],
      handler: ({ ctx, viewer }) => {
        log.info({ userId: viewer.userId }, 'asked to shut down');
        // the answer first: the front-end that asked shows it
        ctx.res.once('finish', shutDown);
        sendText(ctx, actuatorType, JSON.stringify({ message: 'Shutting down, bye...' }));
      },
    }),
  ];
}
