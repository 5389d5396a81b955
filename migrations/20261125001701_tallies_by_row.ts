import type { Knex } from 'knex';

const traits = (row: string) =>
  `${row}.library_id, ${row}.deleted_at is not null, ${row}.oneshot, ${row}.age_rating, ${row}.sharing_labels`;

/** A column that counts, by kind: its value, and where lists are taken apart. `%` stands for the row. */
const kinds: [kind: string, column: string, value: string, rest?: { role?: string; amount?: string; from?: string }][] =
  [
    ['series', 'id', "''"],
    ['books', 'book_count', "''", { amount: '%.book_count' }],
    ['letter', 'initial', '%.initial'],
    ['publisher', 'publisher', '%.publisher'],
    ['language', 'language', '%.language'],
    ['age', 'age_rating', "coalesce(%.age_rating::text, '')"],
    ['year', 'books_release_date', "coalesce(extract(year from %.books_release_date)::integer::text, '')"],
    ['genre', 'genres', 'v', { from: 'from unnest(%.genres) v' }],
    ['tag', 'tags', 'v', { from: 'from unnest(%.tags) v' }],
    ['book_tag', 'books_tags', 'v', { from: 'from unnest(%.books_tags) v' }],
    ['label', 'sharing_labels', 'v', { from: 'from unnest(%.sharing_labels) v' }],
    [
      ...(['author', 'books_authors', 'v.name'] as const),
      { role: 'v.role', from: 'from jsonb_to_recordset(%.books_authors) v(name text, role text)' },
    ],
    ['role', 'books_authors', 'v.role', { from: 'from jsonb_to_recordset(%.books_authors) v(role text)' }],
  ];

const noted = ([kind, column, value, { role = "''", amount = '1', from = '' } = {}]: (typeof kinds)[number]) => {
  const side = (row: string, sign: string) =>
    `select '${kind}', ${value}, ${role}, ${traits(row)}, ${sign} ${amount} ${from}`.replaceAll('%', row);
  return `if moved or old.${column} is distinct from new.${column} then
    insert into tally_change ${side('old', '-')} union all ${side('new', '')};
  end if;`;
};

const counted = [...new Set(kinds.map(([, column]) => column).filter((column) => column !== 'id'))];
const state = (row: string) => [traits(row), ...counted.map((column) => `${row}.${column}`)].join(', ');

/**
 * Updates are noted row by row, and only by rows in which something that counts has changed: one statement over the
 * transition tables costs a millisecond for a single row, and scans bring series in line one by one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function tally_series_row() returns trigger language plpgsql as $tally$
    declare moved boolean := (${traits('old')}) is distinct from (${traits('new')});
    begin
      ${kinds.map(noted).join('\n      ')}
      if nextval('tally_turn') % 512 = 0 then perform settle_tallies(); end if;
      return null;
    end $tally$;

    drop trigger series_tally_update on series;
    create trigger series_tally_update after update on series
      for each row when ((${state('old')}) is distinct from (${state('new')})) execute function tally_series_row();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger series_tally_update on series;
    create trigger series_tally_update after update on series
      referencing old table as old_series new table as new_series for each statement execute function tally_series();
    drop function tally_series_row;
  `);
}
