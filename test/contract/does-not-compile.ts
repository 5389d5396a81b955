import { z } from 'zod';
import { route } from '../../src/http/route';
import type { libraryDto } from '../../src/http/komga/dto/library';
import { presentLibrary } from '../../src/http/komga/present/library';
import type { SeriesLeaves } from '../../src/search/condition';
import { seriesLeafTable } from '../../src/search/series-leaves';
import type { LeafTable } from '../../src/search/to-sql';

/**
 * What the types forbid, as proof that they do: `npm run types` fails when one of these lines compiles. Nothing of it runs.
 */
const reply = z.object({ name: z.string(), count: z.number() });
const common = { method: 'get', path: '/x', id: 'x', tag: 'x', summary: 'x' } as const;

export const forbidden = [
  // @ts-expect-error a route without a rule of access
  route({ ...common, reply, handler: () => ({ name: '', count: 0 }) }),
  // @ts-expect-error a role that nobody can have
  route({ ...common, access: 'KING', reply, handler: () => ({ name: '', count: 0 }) }),
  // @ts-expect-error a member of the answer is missing
  route({ ...common, access: 'any', reply, handler: () => ({ name: '' }) }),
  // @ts-expect-error a member has another type
  route({ ...common, access: 'any', reply, handler: () => ({ name: '', count: '0' }) }),
  // @ts-expect-error a member is misspelt
  route({ ...common, access: 'any', reply, handler: () => ({ nmae: '', count: 0 }) }),
  // @ts-expect-error something is said where nothing may be
  route({ ...common, access: 'any', reply: 'nothing', handler: () => ({ name: '' }) }),
  route({
    ...common,
    ...{ access: 'any', query: z.object({ search: z.string() }), reply },
    // @ts-expect-error a parameter that the route does not declare
    handler: ({ query }) => ({ name: typeof query.serach, count: 0 }),
  }),
  // @ts-expect-error who asks may be nobody on a public route
  route({ ...common, access: 'public', reply, handler: ({ viewer }) => ({ name: viewer.email, count: 0 }) }),
];

const { readStatus, ...withoutReadStatus } = seriesLeafTable;

// @ts-expect-error a condition that has no SQL
export const leafMissing: LeafTable<SeriesLeaves> = withoutReadStatus;

export const leafOfNothing: LeafTable<SeriesLeaves> = {
  ...withoutReadStatus,
  readStatus,
  // @ts-expect-error SQL for a condition that nobody can ask
  colour: () => null,
};

const presented = presentLibrary as (...given: never[]) => Omit<z.input<typeof libraryDto>, 'unavailable'>;

// @ts-expect-error a presenter that leaves a member out
export const memberMissing: typeof presentLibrary = presented;
