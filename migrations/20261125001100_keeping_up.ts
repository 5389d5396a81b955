import type { Knex } from 'knex';

/** Options beyond Komga's: watching folders, reading names, asking before many books go to the trash. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table library
      add column watch boolean not null default true,
      add column parse_names boolean not null default false,
      -- percent of the books that may vanish in one scan without a question; null: any number
      add column vanish_limit integer default 50 check (vanish_limit between 0 and 100),
      -- how many had vanished when somebody said that they shall stay
      add column vanish_declined integer not null default 0;

    alter table operation drop constraint operation_state_check;
    alter table operation add constraint operation_state_check
      check (state in ('queued', 'running', 'waiting', 'done', 'failed'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update operation set state = 'done' where state = 'waiting';
    alter table operation drop constraint operation_state_check;
    alter table operation add constraint operation_state_check check (state in ('queued', 'running', 'done', 'failed'));
    alter table library drop column watch, drop column parse_names, drop column vanish_limit, drop column vanish_declined;
  `);
}
