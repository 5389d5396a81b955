import type { Knex } from 'knex';

/** What series are told apart by when somebody may see one and not the other, and by the simplest filters. */
const traits = ['library_id', 'deleted', 'oneshot', 'age_rating', 'sharing_labels'];
const key = ['kind', 'value', 'role', ...traits];
const of = (names: string[], alias: string) => names.map((name) => `${alias}.${name}`).join(', ');

/** Columns that count. */
const counted = [
  ...['library_id', 'oneshot', 'age_rating', 'sharing_labels', 'book_count', 'initial', 'publisher', 'language'],
  ...['books_release_date', 'genres', 'tags', 'books_tags', 'books_authors'],
];

/** What a row of series counts for, by kind: value, role, amount, and where lists are taken apart. */
const entries: [kind: string, value: string, role?: string, amount?: string, from?: string][] = [
  ['series', "''"],
  ['books', "''", "''", 's.book_count'],
  ['letter', 's.initial'],
  ['publisher', 's.publisher'],
  ['language', 's.language'],
  ['age', "coalesce(s.age_rating::text, '')"],
  ['year', "coalesce(extract(year from s.books_release_date)::integer::text, '')"],
  ['genre', 'v', "''", '1', ', unnest(s.genres) v'],
  ['tag', 'v', "''", '1', ', unnest(s.tags) v'],
  ['book_tag', 'v', "''", '1', ', unnest(s.books_tags) v'],
  ['label', 'v', "''", '1', ', unnest(s.sharing_labels) v'],
  ['author', 'v.name', 'v.role', '1', ', jsonb_to_recordset(s.books_authors) v(name text, role text)'],
  ['role', 'v.role', "''", '1', ', jsonb_to_recordset(s.books_authors) v(role text)'],
];

/** Rows of series with a sign → changes, without those that cancel each other. */
const changes = (signed: string) => `
  with signed as materialized (select sign, deleted_at is not null as deleted, ${counted.join(', ')} from (${signed}) s)
  insert into tally_change (${key.join(', ')}, amount)
  ${entries
    .map(
      ([kind, value, role = "''", amount = '1', from = '']) =>
        `select '${kind}', ${value}, ${role}, ${of(traits, 's')}, sum(s.sign * ${amount})
         from signed s${from} group by 2, 3, 4, 5, 6, 7, 8 having sum(s.sign * ${amount}) <> 0`,
    )
    .join(' union all ')}`;

const state = (alias: string) => `(${alias}.deleted_at is null, ${of(counted, alias)})`;
const changed = (sign: number, one: string, other: string) =>
  `select ${sign} as sign, o.* from ${one} o join ${other} p on p.id = o.id where ${state('o')} is distinct from ${state('p')}`;

const coarse = {
  0: "'00000000-0000-0000-0000-000000000000'::uuid, false, false, null::integer, '{}'::text[]",
  1: "library_id, deleted, false, null::integer, '{}'::text[]",
  2: traits.join(', '),
};
const rolledUp = (from: string) =>
  Object.entries(coarse)
    .map(
      ([scope, columns]) =>
        `select ${scope}, kind, value, role, ${columns}, sum(amount) from ${from} group by 2, 3, 4, 5, 6, 7, 8, 9`,
    )
    .join(' union all ');

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- How many series have each genre, tag, author, …, and how many there are: 181 ms to find out of the arrays of 100,000
    -- series. Three precisions, of which a question takes the coarsest that can answer it: of everything (0), by library
    -- and trash (1), by all that decides who may see a series (2).
    create table tally (
      scope smallint not null,
      kind text collate "C" not null,
      value text collate "und-x-icu" not null,
      -- of an author
      role text collate "C" not null,
      library_id uuid not null,
      deleted boolean not null,
      oneshot boolean not null,
      age_rating integer,
      sharing_labels text[] not null,
      amount bigint not null,
      unique nulls not distinct (scope, kind, value, role, library_id, deleted, oneshot, age_rating, sharing_labels)
        include (amount)
    );
    create index tally_void on tally (scope) where amount = 0;

    -- Writers only append: nobody waits for a counter that somebody else changed. Whoever comes by every now and then
    -- adds them to the tallies; a reader adds up both.
    create table tally_change (
      kind text collate "C" not null,
      value text collate "und-x-icu" not null,
      role text collate "C" not null,
      library_id uuid not null,
      deleted boolean not null,
      oneshot boolean not null,
      age_rating integer,
      sharing_labels text[] not null,
      amount bigint not null
    );
    create index tally_change_kind on tally_change (kind);

    -- Names of authors with their folded form, which is made in JavaScript only (base/text.ts); null until somebody
    -- searches. A name stays when its last book has gone: what a viewer is told of comes from the tallies.
    create table author_name (
      name text collate "und-x-icu" primary key,
      key text collate "C"
    );
    create index author_name_open on author_name (name) where key is null;
    create index author_name_search on author_name using gin (key gin_trgm_ops);
    create sequence tally_turn;
  `);
  await knex.raw(`
    create function settle_tallies() returns void language plpgsql as $settle$
    begin
      -- one at a time; whoever comes meanwhile leaves it to the next
      if not pg_try_advisory_xact_lock(x'74616c6c79'::bigint) then return; end if;
      with gone as (delete from tally_change returning *),
        named as (insert into author_name (name) select distinct value from gone where kind = 'author' on conflict do nothing)
      insert into tally ${rolledUp('gone')}
      on conflict (scope, ${key.join(', ')}) do update set amount = tally.amount + excluded.amount;
      delete from tally where amount = 0;
    end $settle$;

    create function tally_series() returns trigger language plpgsql as $tally$
    declare noted integer;
    begin
      if tg_op = 'INSERT' then
        ${changes('select 1 as sign, n.* from new_series n')};
      elsif tg_op = 'DELETE' then
        ${changes('select -1 as sign, o.* from old_series o')};
      else
        ${changes(`${changed(1, 'new_series', 'old_series')} union all ${changed(-1, 'old_series', 'new_series')}`)};
      end if;
      get diagnostics noted = row_count;
      if noted = 0 then return null; end if;
      if noted > 500 or nextval('tally_turn') % 64 = 0 then perform settle_tallies(); end if;
      return null;
    end $tally$;

    create trigger series_tally_insert after insert on series
      referencing new table as new_series for each statement execute function tally_series();
    create trigger series_tally_update after update on series
      referencing old table as old_series new table as new_series for each statement execute function tally_series();
    create trigger series_tally_delete after delete on series
      referencing old table as old_series for each statement execute function tally_series();
  `);
  await knex.raw(`${changes('select 1 as sign, n.* from series n')}; select settle_tallies(); analyze tally;`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger series_tally_insert on series;
    drop trigger series_tally_update on series;
    drop trigger series_tally_delete on series;
    drop function tally_series, settle_tallies;
    drop table tally, tally_change, author_name;
    drop sequence tally_turn;
  `);
}
