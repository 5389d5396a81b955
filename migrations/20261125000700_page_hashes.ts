import type { Knex } from 'knex';

/** Pages that occur in several books, and what an administrator decided about them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table page_hash (
      book_id uuid not null references book on delete cascade,
      -- from 1, as clients count
      number integer not null,
      -- '' where the page could not be read: it is not tried again before the file changes
      hash text collate "C" not null,
      name text not null,
      size bigint not null,
      media_type text not null,
      primary key (book_id, number)
    );
    -- the pages of one hash; hashes that occur more than once
    create index page_hash_hash on page_hash (hash, size) where hash <> '';

    create table known_page_hash (
      hash text collate "C" primary key,
      size bigint,
      action text not null check (action in ('DELETE_AUTO', 'DELETE_MANUAL', 'IGNORE')),
      delete_count integer not null default 0,
      -- JPEG, taken when the hash became known: later no book may hold the page any more
      thumbnail bytea,
      created_at timestamptz not null,
      modified_at timestamptz not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table known_page_hash, page_hash');
}
