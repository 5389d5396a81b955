import { Series } from '../../src/model/series';
import { narrowColumns, seriesFor } from '../../src/search/narrow';
import { sql } from '../../src/search/sql';
import { aLibrary, aSeries } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
const names = [...narrowColumns].join(', ');

const differences = async (): Promise<unknown[]> => {
  const { rows } = await database.db.raw<{ rows: unknown[] }>(
    `(select ${names} from series except select ${names} from series_trait)
     union all (select ${names} from series_trait except select ${names} from series)`,
  );
  return rows;
};

describe('The narrow copy of series', () => {
  test('has the columns that are named', async () => {
    const { rows } = await database.db.raw<{ rows: { name: string }[] }>(
      `select column_name as name from information_schema.columns where table_name = 'series_trait'`,
    );
    expect(new Set(rows.map(({ name }) => name))).toEqual(narrowColumns);
  });

  test('says what series say after they came, changed and went', async () => {
    const { db } = database;
    const library = await aLibrary(db);
    const made = [];
    for (const title of ['One', 'Two', 'Three']) made.push(await aSeries(db, { library, title }));
    const [one, two] = made.map(({ id }) => id);
    await Series.query(db)
      .whereIn('id', [one ?? '', two ?? ''])
      .patch({ bookCount: 7, genreKeys: ['drama'], status: 'ENDED' });
    await Series.query(db)
      .patch({ deletedAt: new Date(), ageRating: 18 })
      .where({ id: two ?? '' });
    await Series.query(db)
      .patch({ summary: 'What is not copied' })
      .where({ id: one ?? '' });
    await Series.query(db)
      .delete()
      .where({ id: made[2]?.id ?? '' });
    await expect(differences()).resolves.toEqual([]);
    await db('library').delete();
    await expect(differences()).resolves.toEqual([]);
  });

  test('of progress says where the series lies', async () => {
    const { db } = database;
    const series = await aSeries(db);
    const {
      rows: [user],
    } = await db.raw<{ rows: [{ id: string }] }>(
      `insert into user_account (id, email, password_hash, roles, created_at, modified_at)
       values (gen_random_uuid(), 'reader@example.org', '', '{}', now(), now()) returning id`,
    );
    await db('series_progress').insert({
      userId: user.id,
      seriesId: series.id,
      readCount: 1,
      inProgressCount: 0,
      lastReadAt: new Date(),
    });
    await expect(db('series_progress').select('libraryId')).resolves.toEqual([{ libraryId: series.libraryId }]);
  });

  test('is what is read where it has everything that is asked for, and nowhere else', () => {
    const isNarrow = (...parts: Parameters<typeof seriesFor>[0]) => seriesFor(parts).text === 'series_trait s';
    expect(isNarrow(null, sql`s.genre_keys @> ${['drama']} and ss.title = 'x'`, sql`sp.last_read_at, s.id`)).toBe(true);
    expect(isNarrow(sql`s.genre_keys @> ${['drama']}`, sql`lower(s.title) = 'x'`)).toBe(false);
    expect(isNarrow(sql`s.genre_keys = '{}'`, sql`select s.*`)).toBe(false);
    // an index of series has these
    expect(isNarrow(sql`s.age_rating < ${16}`)).toBe(false);
  });
});
