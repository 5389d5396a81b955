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
  /** The task: `scanLibrary`, … */
  kind: z.string(),
  subjectId: z.string().nullable(),
  subjectName: z.string().nullable(),
  state: z.enum(operationStates),
  done: z.number().int(),
  total: z.number().int().nullable(),
  message: z.string().nullable(),
  /** What failed on the way: the name of the file and the code of the reason. */
  problems: z.array(z.object({ name: z.string(), code: z.string() })),
  createdAt: instantDto,
  startedAt: instantDto.nullable(),
  finishedAt: instantDto.nullable(),
});

const instantOrNull = (date: Date | null): string | null => (date === null ? null : instant(date));

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
