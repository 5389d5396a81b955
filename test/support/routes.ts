import { openApiDocument } from '../../src/http/open-api';
import { allRoutes } from '../../src/http/routes';
import type { Route } from '../../src/http/route';

/** The table of all routes. Handlers hold what they were given; nothing of it is touched until one is called. */
export const routeTable = (): Route[] => allRoutes({} as Parameters<typeof allRoutes>[0]);

export const ownDocument = () => openApiDocument(routeTable(), '0');
