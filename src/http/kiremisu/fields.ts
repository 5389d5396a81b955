import { z } from 'zod';
import {
  getBookFields,
  getSeriesFields,
  releaseBookFields,
  releaseSeriesFields,
  type FieldState,
} from '../../library/field-origins';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { instant } from '../reply';
import { route, type Route } from '../route';
import { instantDto } from './dto-metadata';

const fieldDto = z.object({
  field: z.string(),
  value: z.unknown(),
  /** Who said so; null: nobody. */
  source: z.string().nullable(),
  since: instantDto.nullable(),
  locked: z.boolean(),
});

const present = ({ field, value, origin, locked }: FieldState): z.input<typeof fieldDto> => ({
  ...{ field, value, locked, source: origin?.source ?? null },
  since: origin === null ? null : instant(new Date(origin.at)),
});

const tag = 'Metadata';
const body = z.object({ fields: z.array(z.string()).min(1).max(50) });

/** Where each value came from, and the way back to what the files say. */
export function fieldRoutes(deps: HttpDeps): Route[] {
  const { db } = deps;
  const ofSeries = { path: '/api/kiremisu/v1/series/:seriesId/fields', params: z.object({ seriesId: entityId() }) };
  const ofBook = { path: '/api/kiremisu/v1/books/:bookId/fields', params: z.object({ bookId: entityId() }) };
  return [
    route({
      ...{ method: 'get', ...ofSeries, id: 'getSeriesFields', tag, access: 'ADMIN', reply: z.array(fieldDto) },
      summary: 'Each field of a series: its value, who gave it and when, and whether it is locked',
      handler: async ({ params }) => (await getSeriesFields(db, params.seriesId)).map(present),
    }),
    route({
      ...{ method: 'get', ...ofBook, id: 'getBookFields', tag, access: 'ADMIN', reply: z.array(fieldDto) },
      summary: 'The same of a book',
      handler: async ({ params }) => (await getBookFields(db, params.bookId)).map(present),
    }),
    route({
      ...{ method: 'post', id: 'releaseSeriesFields', tag, access: 'ADMIN', body, reply: 'accepted' },
      ...{ path: `${ofSeries.path}/release`, params: ofSeries.params },
      summary: 'Forget value and lock of these fields, whoever gave them: what the files say counts again',
      handler: ({ params, body }) => releaseSeriesFields(deps, params.seriesId, body.fields),
    }),
    route({
      ...{ method: 'post', id: 'releaseBookFields', tag, access: 'ADMIN', body, reply: 'accepted' },
      ...{ path: `${ofBook.path}/release`, params: ofBook.params },
      summary: 'The same of a book',
      handler: ({ params, body }) => releaseBookFields(deps, params.bookId, body.fields),
    }),
  ];
}
