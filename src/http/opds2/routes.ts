import type { HttpDeps } from '../deps';
import { deliveryRoutes } from '../opds-delivery';
import { opdsProgressionRoutes } from '../opds-progression';
import { progressionRoutesAt } from '../progression';
import type { Route } from '../route';
import { authenticationRoute } from './authentication';
import { bookRoutes } from './books';
import { catalogRoutes } from './catalog';
import { insideRoutes } from './inside';
import { publicationRoutes } from './publications';
import { seriesRoutes } from './series';

const tag = 'OPDS 2.0';
const place = { root: '/opds/v2', tag, prefix: 'opds2' } as const;

/** OPDS 2.0 under Komga's paths. */
export function opds2Routes(deps: HttpDeps): Route[] {
  return [
    authenticationRoute(),
    ...catalogRoutes(deps),
    ...seriesRoutes(deps),
    ...bookRoutes(deps),
    ...publicationRoutes(deps),
    ...insideRoutes(deps),
    ...progressionRoutesAt(deps, {
      path: '/opds/v2/books/:bookId/progression',
      tag,
      ids: { get: 'opds2GetProgression', put: 'opds2PutProgression' },
    }),
    ...opdsProgressionRoutes(deps, place),
    ...deliveryRoutes(deps, { ...place, firstPage: 1 }),
  ];
}
