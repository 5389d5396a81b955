import { openApiDocument } from '../../src/http/open-api';
import { allRoutes } from '../../src/http/routes';
import type { Route } from '../../src/http/route';

/** The table of all routes. Handlers hold what they were given; nothing of it is touched until one is called. */
export const routeTable = (): Route[] => allRoutes({ config: {} } as Parameters<typeof allRoutes>[0]);

export const ownDocument = () => openApiDocument(routeTable(), '0');

const parameter = /([\w-]+)\/:\w+/g;

/** The segments of a path that stand before a place to be filled: `series` of `/api/v1/series/:seriesId`. */
export const segmentsOf = (route: Route): string[] =>
  [...route.path.matchAll(parameter)].map((match) => match[1] ?? '');

/** The path with a value for each place, by the segment before it. */
export const filled = (route: Route, values: Record<string, string>): string =>
  route.path
    .replace(parameter, (_, segment: string) => `${segment}/${values[segment] ?? 'unknown'}`)
    .replace(/\*$/, 'x');
