import { publicId } from '../base/public-id';
import type { Library } from '../model/library';
import type { Facet, FacetGroup } from '../opds/facets';
import type { BookCount } from '../search/count-books';
import type { Parameters } from './opds-address';
import { readStatusOf, statuses, type Narrowing, type Status } from './opds-narrow';

const statusTitles: Record<Status, string> = { unread: 'Unread', 'in-progress': 'In progress', read: 'Read' };
export const statusTitle = (status: Status): string => statusTitles[status];

/** How many books a choice leaves. One statement has counted for all choices, so that every facet can say it. */
export function countOf(counts: readonly BookCount[], { status, library }: Narrowing): number {
  const wanted = status === undefined ? statuses : [status];
  return counts
    .filter(({ libraryId }) => library.length === 0 || library.includes(libraryId))
    .reduce((sum, count) => sum + wanted.reduce((part, one) => part + count[readStatusOf(one)], 0), 0);
}

/** A list, what it is narrowed by so far, and its address with one of these choices made otherwise. */
export interface Narrowed {
  chosen: Narrowing;
  counts: readonly BookCount[];
  href: (changed: keyof Narrowing, value: Parameters) => string;
}

/** By reading status. */
export function statusFacets({ chosen, counts, href }: Narrowed): FacetGroup {
  const facet = (title: string, status: Status | undefined, parameters: Parameters): Facet => ({
    ...{ title, href: href('status', parameters), active: chosen.status === status },
    count: countOf(counts, { ...chosen, status }),
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
export function libraryFacets({ chosen, counts, href }: Narrowed, libraries: Library[]): FacetGroup[] {
  if (libraries.length < 2) return [];
  const facet = (title: string, library: string[], active: boolean): Facet => ({
    ...{ title, active, count: countOf(counts, { ...chosen, library }) },
    href: href(
      'library',
      library.map((id) => ['library', publicId(id)]),
    ),
  });
  const isOnly = (id: string) => chosen.library.length === 1 && chosen.library[0] === id;
  return [
    {
      title: 'Library',
      facets: [
        facet('All', [], chosen.library.length === 0),
        ...libraries.map(({ id, name }) => facet(name, [id], isOnly(id))),
      ],
    },
  ];
}
