import { publicId } from '../../base/public-id';
import type { FacetGroup } from '../../opds/v1';
import type { Library } from '../../model/library';
import { withQuery, type Parameters } from '../opds-address';
import { filterParameters, type Asked, type Filter, type Status } from './feed';

const statusTitles: Record<Status, string> = { unread: 'Unread', 'in-progress': 'In progress', read: 'Read' };
export const statuses = Object.keys(statusTitles) as Status[];
export const statusTitle = (status: Status): string => statusTitles[status];

/** Where a list lies and what it is narrowed by so far. */
export interface Narrowed {
  path: string;
  filters: readonly Filter[];
}

/** By reading status. Counts are left out: they would cost a statement each, and may only be true ones. */
export function statusFacets(asked: Asked, { path, filters }: Narrowed): FacetGroup {
  const others = filterParameters(
    asked.query,
    filters.filter((name) => name !== 'status'),
  );
  const href = (status: Parameters) => asked.at(withQuery(path, [...others, ...status]));
  return {
    title: 'Reading status',
    facets: [
      { title: 'All', href: href([]), active: asked.query.status === undefined },
      ...statuses.map((status) => ({
        title: statusTitle(status),
        href: href([['status', status]]),
        active: asked.query.status === status,
      })),
    ],
  };
}

/** By library; none where there is no choice. */
export function libraryFacets(asked: Asked, libraries: Library[], { path, filters }: Narrowed): FacetGroup[] {
  if (libraries.length < 2) return [];
  const others = filterParameters(
    asked.query,
    filters.filter((name) => name !== 'library'),
  );
  const href = (library: Parameters) => asked.at(withQuery(path, [...others, ...library]));
  const chosen = asked.query.library;
  return [
    {
      title: 'Library',
      facets: [
        { title: 'All', href: href([]), active: chosen.length === 0 },
        ...libraries.map(({ id, name }) => ({
          title: name,
          href: href([['library', publicId(id)]]),
          active: chosen.length === 1 && chosen[0] === id,
        })),
      ],
    },
  ];
}
