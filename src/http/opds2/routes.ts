import type { HttpDeps } from '../deps';
import { deliveryRoutes } from '../opds-delivery';
import { opdsProgressionRoutes } from '../opds-progression';
import type { Route } from '../route';
import { authenticationRoute } from './authentication';
import { bookRoutes } from './books';
import { catalogRoutes } from './catalog';
import { insideRoutes } from './inside';
import { readiumProgressionRoutes } from './progression';
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
    ...readiumProgressionRoutes(deps, tag),
    ...opdsProgressionRoutes(deps, place),
    ...deliveryRoutes(deps, { ...place, firstPage: 1 }),
  ];
}
