import type { Knex } from 'knex';

// everything that separates words: the same class as in search/text-query.ts, which a test compares
const separators = String.raw`\u0001-\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30fb\ufe10-\ufe6f\uff01-\uff0f`;

// letters of scripts without spaces between words (and of Hangul, which is folded to its letters)
const unspaced = String.raw`\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff`;

/**
 * The folded words of a title, and its letters in scripts without spaces: a search for one or two letters means a whole
 * word, one for two characters of Chinese any place, and no trigram index finds either (14 ms by reading 10,000 rows).
 */
const words = (table: string) => `
  alter table ${table} add column words text[] generated always as (array_remove(
    regexp_split_to_array(search_key, '[${separators}]+') ||
    regexp_split_to_array(regexp_replace(search_key, '[^${unspaced}]', '', 'g'), ''), '')) stored;
  create index ${table}_words on ${table} using gin (words);
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(words('series') + words('book'));
  await knex.raw(`
    -- alphabetical groups, and the letter that a client filters by
    alter table series add column initial text collate "C" generated always as (left(title_sort_key, 1)) stored;
    -- counts of what a restricted viewer sees, of letters, of read and unread: from the index alone, not from wide rows
    create index series_narrow on series (library_id, age_rating)
      include (id, sharing_labels, deleted_at, oneshot, status, book_count, initial);
    create index book_narrow on book (library_id, series_id) include (id, deleted_at, media_status);
    -- the ids of any page by title, also for restricted viewers, from the index alone
    drop index series_title;
    create index series_title on series (title_sort, id) include (library_id, age_rating, sharing_labels, deleted_at);
    -- absent dates come first (Komga), so that one index serves both directions
    drop index series_release_date, book_release_date;
    create index series_release_date on series (books_release_date nulls first, id);
    create index book_release_date on book (release_date nulls first, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index series_release_date, book_release_date;
    create index series_release_date on series (books_release_date, id);
    create index book_release_date on book (release_date, id);
    drop index series_narrow, book_narrow, series_title;
    create index series_title on series (title_sort, id);
    alter table series drop column words, drop column initial;
    alter table book drop column words;
  `);
}
