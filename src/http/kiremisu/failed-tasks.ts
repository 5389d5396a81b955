import { z } from 'zod';
import { notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import { namedFailedTasks, type NamedTask } from '../../library/failed-tasks';
import { discardTasks, retryTasks } from '../../queue/queue';
import type { HttpDeps } from '../deps';
import { instant } from '../reply';
import { route, type Route } from '../route';

const failedTaskDto = z.object({
  id: z.string(),
  /** `analyzeBook`, `convertBook`, … */
  task: z.string(),
  subject: z.object({ kind: z.enum(['book', 'series', 'library']), id: z.string(), name: z.string() }).nullable(),
  /** Null for a failure that nobody foresaw: what happened is in the log. */
  code: z.string().nullable(),
  attempts: z.number().int(),
  createdAt: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
});

/** Of the error only its code is told: its text may name files, or statements. */
const present = ({ id, task, subject, error, attempts, createdAt }: NamedTask): z.input<typeof failedTaskDto> => ({
  ...{ id, task, attempts, createdAt: instant(createdAt) },
  subject: subject && { ...subject, id: publicId(subject.id) },
  code: /^ERR_\d{4}/u.exec(error)?.[0] ?? null,
});

/** Background work that used up its attempts: it waits until an administrator has it tried again or forgets it. */
export function failedTaskRoutes({ db }: HttpDeps): Route[] {
  const params = z.object({ taskId: z.string().regex(/^\d{1,18}$/) });
  const all = '/api/kiremisu/v1/failed-tasks';
  const common = { tag: 'Operations', access: 'ADMIN', reply: 'nothing' } as const;
  const requireSome = (count: number): void => {
    if (count === 0) throw notFound();
  };
  return [
    route({
      ...common,
      method: 'get',
      path: all,
      id: 'getFailedTasks',
      summary: 'Background work that was given up, newest first, at most 200',
      reply: z.array(failedTaskDto),
      handler: async () => (await namedFailedTasks(db, 200)).map(present),
    }),
    route({
      ...common,
      method: 'post',
      path: `${all}/retry`,
      id: 'retryFailedTasks',
      summary: 'Tries all of it again',
      handler: async () => void (await retryTasks(db, null)),
    }),
    route({
      ...common,
      method: 'delete',
      path: all,
      id: 'discardFailedTasks',
      summary: 'Forgets all of it',
      handler: async () => void (await discardTasks(db, null)),
    }),
    route({
      ...common,
      method: 'post',
      path: `${all}/:taskId/retry`,
      id: 'retryFailedTask',
      summary: 'Tries one again',
      params,
      handler: async ({ params }) => requireSome(await retryTasks(db, [params.taskId])),
    }),
    route({
      ...common,
      method: 'delete',
      path: `${all}/:taskId`,
      id: 'discardFailedTask',
      summary: 'Forgets one',
      params,
      handler: async ({ params }) => requireSome(await discardTasks(db, [params.taskId])),
    }),
  ];
}
