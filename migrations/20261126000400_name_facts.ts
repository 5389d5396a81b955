import type { Knex } from 'knex';

/** Group, language, edition, volume, chapter of a book as the name of its file says them, where the library reads names. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table book add column name_facts jsonb');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table book drop column name_facts');
}
