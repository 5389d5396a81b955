import type { HttpContext } from './context';
import type { HttpDeps } from './deps';
import { operationRoutes } from './kiremisu/operations';
import { komgaRoutes } from './komga/routes';
import { opds1Routes } from './opds1/routes';
import type { Route } from './route';

/** Every route of every protocol: what is served, documented and tested for access. */
export function allRoutes(deps: HttpDeps): Route[] {
  return [...komgaRoutes(deps), ...operationRoutes(deps), ...opds1Routes(deps)];
}

/** What a client without credentials gets under OPDS 2. */
export function authenticationDocument(ctx: HttpContext): unknown {
  return { id: ctx.href };
}
