import type { Knex } from 'knex';

/** What was read from files is kept as it was read: metadata is merged anew (locks, options, votes) without opening a file. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- ComicInfo.xml and the OPF of the file, parsed
    alter table book_media add column comic_info jsonb, add column opf jsonb;
    -- Mylar's series.json: { size, modifiedAt, patch }
    alter table series add column series_json jsonb;
    -- of a sidecar: which version of the file the size and dimensions are of
    alter table poster add column file_modified_at timestamptz;
    -- the scan: is this new file one that is missing elsewhere?
    create index book_size on book (file_size);
    -- the scan: which pictures beside the books are known
    create index poster_path on poster (path) where path is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index book_size, poster_path;
    alter table poster drop column file_modified_at;
    alter table series drop column series_json;
    alter table book_media drop column comic_info, drop column opf;
  `);
}
