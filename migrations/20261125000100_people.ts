import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table user_account (
      id uuid primary key,
      -- as typed at creation; clients compare it letter by letter
      email text not null,
      password_hash text not null,
      roles text[] not null default '{}',
      shared_all_libraries boolean not null default true,
      age_restriction integer,
      age_restriction_mode text check (age_restriction_mode in ('ALLOW_ONLY', 'EXCLUDE')),
      labels_allow text[] not null default '{}',
      labels_exclude text[] not null default '{}',
      created_at timestamptz not null,
      modified_at timestamptz not null,
      check ((age_restriction is null) = (age_restriction_mode is null))
    );
    create unique index user_account_email on user_account (lower(email));

    create table user_library (
      user_id uuid not null references user_account on delete cascade,
      library_id uuid not null references library on delete cascade,
      primary key (user_id, library_id)
    );
    create index user_library_library on user_library (library_id);

    create table api_key (
      id uuid primary key,
      user_id uuid not null references user_account on delete cascade,
      -- SHA-512 of the key, hex: the key itself is shown once and never stored
      key_hash text collate "C" not null,
      comment text not null,
      created_at timestamptz not null,
      last_used_at timestamptz
    );
    create unique index api_key_hash on api_key (key_hash);
    create unique index api_key_comment on api_key (user_id, lower(comment));

    create table session (
      -- SHA-256 of the token
      token_hash text collate "C" primary key,
      user_id uuid not null references user_account on delete cascade,
      api_key_id uuid references api_key on delete cascade,
      created_at timestamptz not null,
      last_used_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index session_owner on session (user_id);
    create index session_api_key on session (api_key_id);
    -- the daily clean-up
    create index session_expires on session (expires_at);

    create table remember_token (
      token_hash text collate "C" primary key,
      user_id uuid not null references user_account on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index remember_token_user on remember_token (user_id);
    create index remember_token_expires on remember_token (expires_at);

    create table authentication_activity (
      id uuid primary key,
      user_id uuid references user_account on delete cascade,
      email text,
      api_key_id uuid references api_key on delete set null,
      api_key_comment text,
      ip text,
      user_agent text,
      success boolean not null,
      error text,
      source text,
      happened_at timestamptz not null
    );
    create index authentication_activity_time on authentication_activity (happened_at desc, id desc);
    create index authentication_activity_user on authentication_activity (user_id, happened_at desc);
    create index authentication_activity_email on authentication_activity (lower(email), happened_at desc);
    create index authentication_activity_key on authentication_activity (api_key_id, happened_at desc);

    -- What an administrator changes at run time; one row a setting.
    create table setting (
      name text primary key,
      value jsonb not null,
      modified_at timestamptz not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop table setting, authentication_activity, remember_token, session, api_key, user_library, user_account',
  );
}
