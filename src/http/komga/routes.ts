import type { HttpDeps } from '../deps';
import type { Route } from '../route';
import { sessionRoutes } from './session';
import { userRoutes } from './users';

/** Komga's operations, one file a tag of its document. */
export function komgaRoutes(deps: HttpDeps): Route[] {
  return [...sessionRoutes(deps), ...userRoutes(deps)];
}
