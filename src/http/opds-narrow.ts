import type { BookCondition } from '../search/condition';
import { many, manyIds } from './input';

const readStatuses = { unread: 'UNREAD', 'in-progress': 'IN_PROGRESS', read: 'READ' } as const;
export type Status = keyof typeof readStatuses;
export const statuses = Object.keys(readStatuses) as Status[];
const isStatus = (value: string): value is Status => Object.hasOwn(readStatuses, value);

/** Komga's word for a reading status. */
export const readStatusOf = (status: Status) => readStatuses[status];

/** The parameters by which lists of books can be narrowed in both versions; what is no status is passed over. */
export const narrowingParameters = {
  library: manyIds(),
  status: many().transform((values) => values.find(isStatus)),
};

export interface Narrowing {
  status?: Status | undefined;
  /** Empty: all. */
  library: readonly string[];
}

/** Files that are there and can be read. */
export const readable: BookCondition[] = [
  { mediaStatus: { operator: 'is', value: 'READY' } },
  { deleted: { operator: 'isFalse' } },
];

/** The same for books and for series. */
export function narrowedTo({ status, library }: Narrowing) {
  return [
    ...(library.length > 0
      ? [{ anyOf: library.map((value) => ({ libraryId: { operator: 'is' as const, value } })) }]
      : []),
    ...(status ? [{ readStatus: { operator: 'is' as const, value: readStatusOf(status) } }] : []),
  ];
}

/** The same for a search over everything. */
export const foundWithin = ({ status, library }: Narrowing) => ({
  libraryIds: library,
  status: status && readStatusOf(status),
});
