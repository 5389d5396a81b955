import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Posters live in the database, not on disk: several servers may share it, and a poster is never without its row.
    create table poster (
      id uuid primary key,
      book_id uuid references book on delete cascade,
      series_id uuid references series on delete cascade,
      collection_id uuid references collection on delete cascade,
      read_list_id uuid references read_list on delete cascade,
      type text not null check (type in ('GENERATED', 'SIDECAR', 'USER_UPLOADED')),
      selected boolean not null,
      media_type text not null,
      file_size integer not null,
      width integer not null,
      height integer not null,
      -- the bytes, or (SIDECAR) the file below the library's root
      image bytea,
      path text,
      created_at timestamptz not null,
      check (num_nonnulls(book_id, series_id, collection_id, read_list_id) = 1),
      check (num_nonnulls(image, path) = 1)
    );
    -- JPEG does not compress again
    alter table poster alter column image set storage external;
    create index poster_book on poster (book_id);
    create index poster_series on poster (series_id);
    create index poster_collection on poster (collection_id);
    create index poster_read_list on poster (read_list_id);
    -- the poster that is served; one a thing
    create unique index poster_book_selected on poster (book_id) where selected;
    create unique index poster_series_selected on poster (series_id) where selected;
    create unique index poster_collection_selected on poster (collection_id) where selected;
    create unique index poster_read_list_selected on poster (read_list_id) where selected;
    create unique index poster_book_generated on poster (book_id) where type = 'GENERATED';

    -- Background work that a person waits for.
    create table operation (
      id uuid primary key,
      kind text not null,
      subject_id uuid,
      subject_name text,
      state text not null check (state in ('queued', 'running', 'done', 'failed')),
      done integer not null default 0,
      total integer,
      message text,
      -- [{ name, code }]: what failed on the way, at most a few hundred
      problems jsonb not null default '[]',
      correlation_id text,
      created_at timestamptz not null,
      started_at timestamptz,
      updated_at timestamptz not null,
      finished_at timestamptz
    );
    create index operation_time on operation (created_at desc, id desc);
    -- what is going on now; one open operation a kind and subject
    create unique index operation_open on operation (kind, subject_id) where state in ('queued', 'running');

    create table history_event (
      id uuid primary key,
      type text not null,
      book_id uuid,
      series_id uuid,
      properties jsonb not null default '{}',
      happened_at timestamptz not null
    );
    create index history_event_time on history_event (happened_at desc, id desc);
    create index history_event_book on history_event (book_id);
    create index history_event_series on history_event (series_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table history_event, operation, poster');
}
