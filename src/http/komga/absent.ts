import { HttpFailure, notFound } from '../../base/errors';

/** For `.catch()`: a 404 without a body, which Komga sends for a series or book by an unknown id (komga-rest.md §2.1). */
export function withoutBody(error: unknown): never {
  if (error instanceof HttpFailure && error.status === 404) throw notFound('');
  throw error;
}
