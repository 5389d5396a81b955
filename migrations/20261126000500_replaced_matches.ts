import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What another match took back comes back with the undo of that match. Both point at a row that is written after them
    -- in the same transaction.
    alter table enrichment
      add column replaced_by uuid references enrichment on delete set null deferrable initially deferred;
    create index enrichment_replaced on enrichment (replaced_by) where replaced_by is not null;

    -- Covers that gave way to those of a later enrichment: its undo puts them back without asking the provider, who may
    -- have them no more.
    create table replaced_poster (
      -- of the poster that it was
      id uuid primary key,
      enrichment_id uuid not null references enrichment on delete cascade deferrable initially deferred,
      book_id uuid references book on delete cascade,
      series_id uuid references series on delete cascade,
      selected boolean not null,
      media_type text not null,
      file_size integer not null,
      width integer not null,
      height integer not null,
      image bytea not null,
      origin text not null,
      created_at timestamptz not null,
      check (num_nonnulls(book_id, series_id) = 1)
    );
    alter table replaced_poster alter column image set storage external;
    create index replaced_poster_enrichment on replaced_poster (enrichment_id);
    create index replaced_poster_book on replaced_poster (book_id);
    create index replaced_poster_series on replaced_poster (series_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table replaced_poster;
    alter table enrichment drop column replaced_by;
  `);
}
