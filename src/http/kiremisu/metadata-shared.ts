import { z } from 'zod';
import type { RequestDeps } from '../../library/enrich/requests';
import type { HttpDeps } from '../deps';

export const tag = 'Metadata';
export const base = '/api/kiremisu/v1';
export const titleId = z.string().regex(/^[\da-f-]{36}$/, 'must be the id of a title of MangaDex');

/** Of `/operations`. */
export const operationDto = z.object({ operationId: z.string() });

/** Where nothing is configured nothing is sent. */
export const requestDeps = ({ db, queue, log, config }: HttpDeps): RequestDeps => ({
  ...{ db, queue, log },
  mangadex: config.mangadex ?? { mode: 'off', apiUrl: '', uploadsUrl: '' },
});
