import type { Knex } from 'knex';

// everything that separates words: the same class as in search/text-query.ts, which a test compares
const separators = String.raw`\u0001-\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30fb\ufe10-\ufe6f\uff01-\uff0f`;

/** The folded words of a title: a search for one or two letters means a whole word, which no trigram index finds. */
const words = (table: string) => `
  alter table ${table} add column words text[] generated always as
    (array_remove(regexp_split_to_array(search_key, '[${separators}]+'), '')) stored;
  create index ${table}_words on ${table} using gin (words);
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(words('series') + words('book'));
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table series drop column words; alter table book drop column words');
}
