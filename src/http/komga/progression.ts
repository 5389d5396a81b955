import type { HttpDeps } from '../deps';
import { progressionRoutesAt } from '../progression';
import type { Route } from '../route';

export const progressionRoutes = (deps: HttpDeps): Route[] =>
  progressionRoutesAt(deps, {
    path: '/api/v1/books/:bookId/progression',
    tag: 'WebPub manifest',
    ids: { get: 'getBookProgression', put: 'updateBookProgression' },
  });
