import type { HttpDeps } from '../deps';
import type { Route } from '../route';
import { bookRoutes } from './books';
import { catalogRoutes } from './catalog';
import { deliveryRoutes } from './files';
import { listRoutes } from './lists';
import { seriesRoutes } from './series';

/** OPDS 1.2 under Komga's paths, so that saved catalogues keep working. */
export function opds1Routes(deps: HttpDeps): Route[] {
  return [
    ...catalogRoutes(deps),
    ...seriesRoutes(deps),
    ...bookRoutes(deps),
    ...listRoutes(deps),
    ...deliveryRoutes(deps),
  ];
}
