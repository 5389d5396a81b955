import type { SeriesCondition } from './condition';
import { seriesWhere } from './series-leaves';
import { allOf, joined, nothing, sql, where, type Sql } from './sql';
import { isRestricted, visibleSeries } from './viewer-where';
import type { Viewer } from './viewer';

/** What the database keeps count of with every write of a series (migration 1600). */
export type TallyKind =
  | 'series'
  | 'books'
  | 'letter'
  | 'publisher'
  | 'language'
  | 'age'
  | 'year'
  | 'genre'
  | 'tag'
  | 'book_tag'
  | 'label'
  | 'author'
  | 'role';

/** The precisions of the tallies. */
const [ofEverything, byLibrary, byAllTraits] = [0, 1, 2];

const precisions: ReadonlyMap<string, number> = new Map([
  ['libraryId', byLibrary],
  ['deleted', byLibrary],
  ['oneShot', byAllTraits],
  ['ageRating', byAllTraits],
]);

/** What a condition needs; null when it asks for more than any tally tells apart. */
function precisionOf(condition: SeriesCondition): number | null {
  const parts = 'allOf' in condition ? condition.allOf : 'anyOf' in condition ? condition.anyOf : null;
  const needs = parts ? parts.map(precisionOf) : Object.keys(condition).map((leaf) => precisions.get(leaf) ?? null);
  return needs.reduce<number | null>(
    (most, need) => (most === null || need === null ? null : Math.max(most, need)),
    ofEverything,
  );
}

const precisionFor = (viewer: Viewer): number => {
  if (!isRestricted(viewer)) return ofEverything;
  return isRestricted({ ...viewer, libraryIds: null }) ? byAllTraits : byLibrary;
};

export interface TallyScope {
  libraryIds?: readonly string[] | undefined;
  condition?: SeriesCondition | null | undefined;
  /** Libraries are to be told apart. */
  perLibrary?: boolean | undefined;
  /** Of the value and role of `s`. */
  also?: Sql | null | undefined;
}

const columns = sql`value, role, amount, library_id, oneshot, age_rating, sharing_labels,
  case when deleted then timestamptz 'epoch' end as deleted_at`;

/**
 * The counts of what the viewer sees, as rows `s` of value, role and amount: the same condition that picks series picks
 * among the sums of them. One value has several rows, some of which may cancel each other. null where the condition
 * tells series apart by more than the tallies do.
 */
export function tallied(kinds: readonly TallyKind[], viewer: Viewer, scope: Omit<TallyScope, 'condition'>): Sql;
export function tallied(kinds: readonly TallyKind[], viewer: Viewer, scope: TallyScope): Sql | null;
export function tallied(kinds: readonly TallyKind[], viewer: Viewer, scope: TallyScope): Sql | null {
  const asked = askedOf(viewer, scope);
  if (asked === null) return null;
  const rows = kinds.flatMap((kind) => [addedUp(kind, asked.precision), changes(kind)]);
  return sql`(${joined(rows, ' union all ')}) s ${where(asked.wanted)}`;
}

const addedUp = (kind: TallyKind, precision: number): Sql =>
  sql`select ${columns} from tally where scope = ${precision} and kind = ${kind}`;
const changes = (kind: TallyKind): Sql => sql`select ${columns} from tally_change where kind = ${kind}`;

function askedOf(
  viewer: Viewer,
  { libraryIds = [], condition, perLibrary = libraryIds.length > 0, also = null }: TallyScope,
): { precision: number; wanted: Sql | null } | null {
  const asked = condition ? precisionOf(condition) : ofEverything;
  if (asked === null) return null;
  const wanted = allOf([
    visibleSeries(viewer),
    condition ? seriesWhere(condition, viewer) : null,
    libraryIds.length > 0 ? sql`s.library_id = any(${libraryIds}::uuid[])` : null,
    also,
  ]);
  return { precision: Math.max(asked, precisionFor(viewer), perLibrary ? byLibrary : ofEverything), wanted };
}

const keyColumns = { value: sql`s.value`, valueAndRole: sql`s.value, s.role` };

/**
 * The values of a kind that the viewer sees, apart: those that are added up, which the index has in their order, and the few
 * of which something was noted since. A page of 66,000 authors then reads the page, and the rest only to count it.
 */
export function talliedApart(
  kind: TallyKind,
  viewer: Viewer,
  scope: Omit<TallyScope, 'condition'>,
  by: keyof typeof keyColumns,
): { settled: Sql; changed: Sql; key: Sql } {
  const { precision, wanted } = askedOf(viewer, scope) ?? { precision: byAllTraits, wanted: null };
  const key = keyColumns[by];
  const noted = sql`(${key}) in (select ${key} from tally_change s where s.kind = ${kind})`;
  // the coarsest tallies have one row a value and role
  const isOne = precision === ofEverything && by === 'valueAndRole';
  const settled = sql`select ${key} from (${addedUp(kind, precision)}) s
    ${where(allOf([wanted, sql`not ${noted}`, isOne ? sql`s.amount > 0` : null]))}
    ${isOne ? nothing : sql`group by ${key} having sum(s.amount) > 0`}`;
  const changed = sql`select ${key} from (${addedUp(kind, precision)} union all ${changes(kind)}) s
    ${where(allOf([wanted, noted]))} group by ${key} having sum(s.amount) > 0`;
  return { settled, changed, key };
}

/** How many series (books) the viewer sees; null where it has to be counted. */
export function talliedTotal(
  kind: 'series' | 'books',
  viewer: Viewer,
  condition: SeriesCondition | null | undefined,
): Sql | null {
  const rows = tallied([kind], viewer, { condition });
  return rows && sql`select coalesce(sum(s.amount), 0) as total from ${rows}`;
}
