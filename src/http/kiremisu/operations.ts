import { z } from 'zod';
import { publicId } from '../../base/public-id';
import { acceptVanished, declineVanished } from '../../library/vanish-guard';
import { operationStates } from '../../model/operation';
import { listOperations, type OperationRow } from '../../queue/operations';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { instant } from '../reply';
import { route, type Route } from '../route';

const instantDto = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const operationDto = z.object({
  id: z.string(),
  /** `scanLibrary`, `analyzeLibrary` (the opening of the books that a scan has found), … */
  kind: z.string(),
  subjectId: z.string().nullable(),
  subjectName: z.string().nullable(),
  state: z.enum(operationStates),
  done: z.number().int(),
  total: z.number().int().nullable(),
  message: z.string().nullable(),
  /** What failed on the way: the name of the file and the code of the reason. */
  problems: z.array(z.object({ name: z.string(), code: z.string() })),
  /** Books a second since it began, while it runs. */
  rate: z.number().nullable(),
  /** At that rate; null while nobody knows how many there are. */
  secondsLeft: z.number().int().nullable(),
  createdAt: instantDto,
  startedAt: instantDto.nullable(),
  finishedAt: instantDto.nullable(),
});

const instantOrNull = (date: Date | null): string | null => (date === null ? null : instant(date));

/** Up to the last word of it: an operation that is stuck does not look slower and slower. */
export function paceOf({ state, done, total, startedAt, updatedAt }: OperationRow) {
  const seconds = startedAt === null ? 0 : (updatedAt.getTime() - startedAt.getTime()) / 1000;
  if (state !== 'running' || seconds <= 0 || done === 0) return { rate: null, secondsLeft: null };
  const rate = done / seconds;
  return {
    rate: Math.round(rate * 10) / 10,
    secondsLeft: total === null || total < done ? null : Math.round((total - done) / rate),
  };
}

function present(row: OperationRow): z.input<typeof operationDto> {
  return {
    id: publicId(row.id),
    kind: row.kind,
    subjectId: row.subjectId === null ? null : publicId(row.subjectId),
    subjectName: row.subjectName,
    state: row.state,
    done: row.done,
    total: row.total,
    message: row.message,
    problems: row.problems,
    ...paceOf(row),
    createdAt: instant(row.createdAt),
    startedAt: instantOrNull(row.startedAt),
    finishedAt: instantOrNull(row.finishedAt),
  };
}

/** Our own operations beside Komga's: background work that a person waits for, or that waits for one. */
export function operationRoutes(deps: HttpDeps): Route[] {
  const { db } = deps;
  const params = z.object({ operationId: entityId() });
  return [
    route({
      method: 'get',
      path: '/api/kiremisu/v1/operations',
      id: 'getOperations',
      tag: 'Operations',
      summary: 'The last 50 scans and other long work, newest first',
      access: 'ADMIN',
      reply: z.array(operationDto),
      handler: async () => (await listOperations(db, 50)).map(present),
    }),
    route({
      method: 'post',
      path: '/api/kiremisu/v1/operations/:operationId/accept',
      id: 'acceptOperation',
      tag: 'Operations',
      summary: 'Yes: the books that a scan did not find may go to the trash',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => acceptVanished(deps, params.operationId),
    }),
    route({
      method: 'post',
      path: '/api/kiremisu/v1/operations/:operationId/decline',
      id: 'declineOperation',
      tag: 'Operations',
      summary: 'No: the books stay as they are until more of them vanish',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => declineVanished(deps, params.operationId),
    }),
  ];
}
