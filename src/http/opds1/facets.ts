import { publicId } from '../../base/public-id';
import type { FacetGroup } from '../../opds/v1';
import type { Library } from '../../model/library';
import type { BookCount } from '../../search/count-books';
import { withQuery, type Parameters } from '../opds-address';
import { filterParameters, readStatusOf, type Asked, type Filter, type Status } from './feed';

const statusTitles: Record<Status, string> = { unread: 'Unread', 'in-progress': 'In progress', read: 'Read' };
export const statuses = Object.keys(statusTitles) as Status[];
export const statusTitle = (status: Status): string => statusTitles[status];

/** Where a list lies and what it is narrowed by so far. */
export interface Narrowed {
  path: string;
  filters: readonly Filter[];
}

interface Choice {
  status?: Status | undefined;
  /** Empty: all. */
  libraries: readonly string[];
}

/** How many books a choice leaves. One statement has counted for all choices, so that every facet can say it. */
function countOf(counts: readonly BookCount[], { status, libraries }: Choice): number {
  const wanted = status === undefined ? statuses : [status];
  return counts
    .filter(({ libraryId }) => libraries.length === 0 || libraries.includes(libraryId))
    .reduce((sum, count) => sum + wanted.reduce((part, one) => part + count[readStatusOf(one)], 0), 0);
}

/** How many books the list holds that was asked for. */
export const chosenCount = ({ query }: Asked, counts: readonly BookCount[]): number =>
  countOf(counts, { status: query.status, libraries: query.library });

/** Addresses of a list with one of its filters changed. */
function hrefs(asked: Asked, { path, filters }: Narrowed, changed: Filter): (value: Parameters) => string {
  const others = filterParameters(
    asked.query,
    filters.filter((name) => name !== changed),
  );
  return (value) => asked.at(withQuery(path, [...others, ...value]));
}

/** By reading status. */
export function statusFacets(asked: Asked, counts: readonly BookCount[], narrowed: Narrowed): FacetGroup {
  const href = hrefs(asked, narrowed, 'status');
  const { status: chosen, library: libraries } = asked.query;
  const facet = (title: string, status: Status | undefined, parameters: Parameters) => ({
    ...{ title, href: href(parameters), active: chosen === status, count: countOf(counts, { status, libraries }) },
  });
  return {
    title: 'Reading status',
    facets: [
      facet('All', undefined, []),
      ...statuses.map((status) => facet(statusTitle(status), status, [['status', status]])),
    ],
  };
}

/** By library; none where there is no choice. */
export function libraryFacets(
  asked: Asked,
  counts: readonly BookCount[],
  libraries: Library[],
  narrowed: Narrowed,
): FacetGroup[] {
  if (libraries.length < 2) return [];
  const href = hrefs(asked, narrowed, 'library');
  const { status, library: chosen } = asked.query;
  const count = (ids: string[]) => countOf(counts, { status, libraries: ids });
  return [
    {
      title: 'Library',
      facets: [
        { title: 'All', href: href([]), active: chosen.length === 0, count: count([]) },
        ...libraries.map(({ id, name }) => ({
          ...{ title: name, href: href([['library', publicId(id)]]), count: count([id]) },
          active: chosen.length === 1 && chosen[0] === id,
        })),
      ],
    },
  ];
}
