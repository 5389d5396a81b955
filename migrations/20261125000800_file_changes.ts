import type { Knex } from 'knex';

/** Changes of files that a killed process left half done, and those that failed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Noted before a file is put at its place: whoever comes next in the library finishes or forgets it, so that a killed
    -- process never leaves a book twice or without its row (docs/decisions/0007).
    create table file_change (
      id uuid primary key,
      book_id uuid not null references book on delete cascade,
      library_id uuid not null references library on delete cascade,
      kind text not null check (kind in ('convert', 'repair', 'upgrade')),
      from_path text collate "C" not null,
      to_path text collate "C" not null,
      -- of the old file: only that one is removed
      from_size bigint not null,
      from_modified_at timestamptz not null,
      -- of the new file; putting it at its place keeps both
      to_size bigint not null,
      to_modified_at timestamptz not null,
      created_at timestamptz not null
    );
    create index file_change_library on file_change (library_id);

    -- Not tried again while the file is the same.
    create table file_change_failure (
      book_id uuid not null references book on delete cascade,
      kind text not null,
      file_size bigint not null,
      file_modified_at timestamptz not null,
      code text not null,
      failed_at timestamptz not null,
      primary key (book_id, kind)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table file_change_failure, file_change');
}
