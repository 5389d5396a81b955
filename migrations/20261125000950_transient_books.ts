import type { Knex } from 'knex';

/** Files outside of the libraries that somebody is about to import; forgotten an hour after they were last looked at. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table transient_book (
      id uuid primary key,
      path text not null,
      name text not null,
      file_size bigint not null,
      file_modified_at timestamptz not null,
      -- what analysis found: state, content, guesses; null before
      analysis jsonb,
      used_at timestamptz not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table transient_book');
}
