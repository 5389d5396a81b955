import type { HttpDeps } from '../deps';
import { deliveryRoutes } from '../opds-delivery';
import type { Route } from '../route';
import { bookRoutes } from './books';
import { catalogRoutes } from './catalog';
import { listRoutes } from './lists';
import { seriesRoutes } from './series';

/** OPDS 1.2 under Komga's paths, so that saved catalogues keep working. */
export function opds1Routes(deps: HttpDeps): Route[] {
  return [
    ...catalogRoutes(deps),
    ...seriesRoutes(deps),
    ...bookRoutes(deps),
    ...listRoutes(deps),
    ...deliveryRoutes(deps, { root: '/opds/v1.2', tag: 'OPDS 1.2', prefix: 'opds1', firstPage: 0 }),
  ];
}
