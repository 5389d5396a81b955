import type { Database } from '../db/database';
import { allOf, anyOf, readRows, sql, type Sql } from './sql';
import { isAdmin, type Viewer } from './viewer';

/** Libraries that the viewer sees; null: all. Administrators are never limited. */
const librariesOf = (viewer: Viewer): readonly string[] | null => (isAdmin(viewer) ? null : viewer.libraryIds);

export const isLimited = (viewer: Viewer): boolean => librariesOf(viewer) !== null;

/** Whether anything at all is hidden from the viewer. */
export const isRestricted = (viewer: Viewer): boolean => isLimited(viewer) || contentWhere(viewer) !== null;

/**
 * Age and labels, over `series s` (komga-rest.md §4.2): what is allowed by age OR by label, if either is configured;
 * then what is denied, which wins. An unknown age is not allowed, but not denied either.
 */
function contentWhere({ ageRestriction, labelsAllow, labelsExclude }: Viewer): Sql | null {
  const allowOnly = ageRestriction?.mode === 'ALLOW_ONLY';
  return allOf([
    anyOf([
      // not null when null: as an operand of `not` it must have an answer
      allowOnly ? sql`coalesce(s.age_rating <= ${ageRestriction.age}, false)` : null,
      labelsAllow.length > 0 ? sql`s.sharing_labels && ${labelsAllow}::text[]` : null,
    ]),
    ageRestriction?.mode === 'EXCLUDE' ? sql`(s.age_rating is null or s.age_rating < ${ageRestriction.age})` : null,
    labelsExclude.length > 0 ? sql`not (s.sharing_labels && ${labelsExclude}::text[])` : null,
  ]);
}

function libraryWhere(viewer: Viewer, column: Sql): Sql | null {
  const libraries = librariesOf(viewer);
  return libraries === null ? null : sql`${column} = any(${libraries}::uuid[])`;
}

/** What the viewer may see of `series s`; null: everything. */
export const visibleSeries = (viewer: Viewer): Sql | null =>
  allOf([libraryWhere(viewer, sql`s.library_id`), contentWhere(viewer)]);

/** What the viewer may see of `book b`: it follows its series. */
export function visibleBooks(viewer: Viewer): Sql | null {
  const content = contentWhere(viewer);
  return allOf([
    libraryWhere(viewer, sql`b.library_id`),
    content && sql`exists (select 1 from series s where s.id = b.series_id and ${content})`,
  ]);
}

export const visibleLibraries = (viewer: Viewer): Sql | null => libraryWhere(viewer, sql`l.id`);

export type Visibility = 'visible' | 'forbidden' | 'unknown';

async function visibility(db: Database, visible: Sql | null, from: Sql): Promise<Visibility> {
  const [row] = await readRows<{ visible: boolean }>(db, sql`select ${visible ?? sql`true`} as visible from ${from}`);
  if (!row) return 'unknown';
  return row.visible ? 'visible' : 'forbidden';
}

/** Whether the viewer may see a series: 404 for an unknown one, 403 for a forbidden one (komga-rest.md §4.3). */
export const canSeeSeries = (db: Database, viewer: Viewer, id: string): Promise<Visibility> =>
  visibility(db, visibleSeries(viewer), sql`series s where s.id = ${id}`);

export const canSeeBook = (db: Database, viewer: Viewer, id: string): Promise<Visibility> =>
  visibility(db, visibleBooks(viewer), sql`book b where b.id = ${id}`);
