import type { Knex } from 'knex';

/** What front-ends keep on the server: texts by key that the server never reads. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table client_setting_global (
      key text collate "C" primary key,
      value text not null,
      -- shown before anybody logged in
      allow_unauthorized boolean not null,
      modified_at timestamptz not null
    );
    create table client_setting_user (
      user_id uuid not null references user_account on delete cascade,
      key text collate "C" not null,
      value text not null,
      modified_at timestamptz not null,
      primary key (user_id, key)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table client_setting_user, client_setting_global');
}
