import type { HttpDeps } from '../deps';
import { deliveryRoutes } from '../opds-delivery';
import { opdsProgressionRoutes } from '../opds-progression';
import type { Route } from '../route';
import { bookRoutes } from './books';
import { catalogRoutes } from './catalog';
import { listRoutes } from './lists';
import { seriesRoutes } from './series';

/** OPDS 1.2 under Komga's paths, so that saved catalogues keep working. */
export function opds1Routes(deps: HttpDeps): Route[] {
  const place = { root: '/opds/v1.2', tag: 'OPDS 1.2', prefix: 'opds1' } as const;
  return [
    ...catalogRoutes(deps),
    ...seriesRoutes(deps),
    ...bookRoutes(deps),
    ...listRoutes(deps),
    ...opdsProgressionRoutes(deps, place),
    ...deliveryRoutes(deps, { ...place, firstPage: 0 }),
  ];
}
