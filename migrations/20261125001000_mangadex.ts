import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- null: as the server is configured
    alter table library add column mangadex text check (mangadex in ('auto', 'review', 'off')),
      add column mangadex_covers boolean not null default true;

    -- One row a host: all threads and processes take turns on it (library/enrich/gate.ts).
    create table provider_gate (
      name text primary key,
      next_at timestamptz not null default 'epoch',
      -- the request on its way, and until when its sender counts as alive
      busy_by uuid,
      busy_until timestamptz,
      -- a person waits: background work keeps back until then
      wanted_until timestamptz,
      paused_until timestamptz,
      pause_reason text,
      -- the breaker's own record, and until when nothing is sent
      breaker jsonb,
      open_until timestamptz,
      requests bigint not null default 0,
      last_answer_at timestamptz,
      last_failure_at timestamptz,
      last_failure text
    );

    -- Answers of providers, by their address; what is old is asked for again with its ETag.
    create table provider_response (
      address_hash text collate "C" primary key,
      address text not null,
      -- null: not found
      body jsonb,
      etag text,
      fetched_at timestamptz not null,
      fresh_until timestamptz not null
    );
    create index provider_response_fetched on provider_response (fetched_at);

    -- What was decided for a series; no row: not looked at yet.
    create table series_match (
      series_id uuid primary key references series on delete cascade,
      provider text not null,
      -- proposed: a person is asked; none: nothing fits; never: a person wants no match
      state text not null check (state in ('matched', 'proposed', 'none', 'never')),
      decided_by text not null check (decided_by in ('machine', 'person')),
      external_id text,
      -- of the provider's record that was applied last
      external_version text,
      -- pictures are still to be fetched
      covers_due boolean not null default false,
      -- the provider knows the id no more
      stale boolean not null default false,
      score real,
      reasons jsonb not null default '[]',
      queries jsonb not null default '[]',
      -- the names that were looked for: other ones are a reason to look again
      subject_key text not null default '',
      matcher_version integer not null,
      decided_at timestamptz not null,
      checked_at timestamptz not null,
      check_at timestamptz not null,
      check (state <> 'matched' or external_id is not null)
    );
    -- the next to be looked at; the review queue
    create index series_match_due on series_match (check_at);
    create index series_match_covers on series_match (decided_at) where covers_due;
    create index series_match_state on series_match (state, decided_at desc);
    create index series_match_external on series_match (provider, external_id);

    -- What a person asked for and waits for; gone when it is done, whatever was killed meanwhile.
    create table match_request (
      series_id uuid primary key references series on delete cascade,
      library_id uuid not null references library on delete cascade,
      operation_id uuid,
      requested_by uuid references user_account on delete set null,
      requested_at timestamptz not null
    );
    create index match_request_operation on match_request (operation_id);

    -- Titles that may be it, and those that a person refused: these never return.
    create table series_candidate (
      series_id uuid not null references series on delete cascade,
      provider text not null,
      external_id text not null,
      score real not null,
      reasons jsonb not null default '[]',
      -- what a person needs to choose: names, people, year, cover
      record jsonb not null,
      rejected_at timestamptz,
      primary key (series_id, provider, external_id)
    );

    -- What one match or refresh wrote, field by field, with what was there before: how it is undone.
    create table enrichment (
      id uuid primary key,
      series_id uuid not null references series on delete cascade,
      -- several series at once were one command
      run_id uuid not null,
      provider text not null,
      external_id text not null,
      kind text not null check (kind in ('match', 'refresh')),
      requested_by uuid references user_account on delete set null,
      -- [{ bookId, field, before, origin, after }]
      changes jsonb not null,
      posters jsonb not null default '[]',
      -- the row of series_match before; null: there was none
      match_before jsonb,
      applied_at timestamptz not null,
      undone_at timestamptz
    );
    create index enrichment_series on enrichment (series_id, applied_at desc);
    create index enrichment_run on enrichment (run_id);

    -- Covers of a provider are posters as well; origin is the provider's reference of the picture.
    alter table poster drop constraint poster_type_check,
      add constraint poster_type_check check (type in ('GENERATED', 'SIDECAR', 'USER_UPLOADED', 'PROVIDER')),
      add column origin text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from poster where type = 'PROVIDER';
    alter table poster drop column origin, drop constraint poster_type_check,
      add constraint poster_type_check check (type in ('GENERATED', 'SIDECAR', 'USER_UPLOADED'));
    drop table match_request, enrichment, series_candidate, series_match, provider_response, provider_gate;
    alter table library drop column mangadex, drop column mangadex_covers;
  `);
}
