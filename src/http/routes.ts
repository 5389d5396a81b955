import type { HttpContext } from './context';
import type { HttpDeps } from './deps';
import { documentRoutes } from './document';
import { metadataRoutes } from './kiremisu/metadata';
import { metricsRoutes } from './kiremisu/metrics';
import { fieldRoutes } from './kiremisu/fields';
import { ownLibraryRoutes } from './kiremisu/libraries';
import { failedTaskRoutes } from './kiremisu/failed-tasks';
import { operationRoutes } from './kiremisu/operations';
import { komgaRoutes } from './komga/routes';
import { koreaderRoutes } from './koreader/routes';
import { opds1Routes } from './opds1/routes';
import { authenticationOf } from './opds2/authentication';
import { opds2Routes } from './opds2/routes';
import type { Route } from './route';

/** Every route of every protocol: what is served, documented and tested for access. */
export function allRoutes(deps: HttpDeps): Route[] {
  const routes = [
    ...komgaRoutes(deps),
    ...operationRoutes(deps),
    ...failedTaskRoutes(deps),
    ...fieldRoutes(deps),
    ...ownLibraryRoutes(deps),
    ...metadataRoutes(deps),
    ...metricsRoutes(deps),
    ...opds1Routes(deps),
    ...opds2Routes(deps),
    ...koreaderRoutes(deps),
  ];
  return [...routes, ...documentRoutes(routes)];
}

/** What a client without credentials gets under OPDS 2. */
export const authenticationDocument = (ctx: HttpContext): unknown => authenticationOf(ctx);
