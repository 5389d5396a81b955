import type { Knex } from 'knex';

/**
 * Texts that people see are sorted by ICU's root collation (Komga's order); `…_key` columns hold the folded form of
 * base/text.ts for equality and containment, compared byte by byte, so that neither depends on the database's locale.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create extension if not exists pg_trgm');
  await knex.raw(`
    create table library (
      id uuid primary key,
      name text collate "und-x-icu" not null,
      root text not null,
      import_comic_info_book boolean not null default true,
      import_comic_info_series boolean not null default true,
      import_comic_info_collection boolean not null default true,
      import_comic_info_read_list boolean not null default true,
      import_comic_info_series_append_volume boolean not null default true,
      import_epub_book boolean not null default true,
      import_epub_series boolean not null default true,
      import_mylar_series boolean not null default true,
      import_local_artwork boolean not null default true,
      import_barcode_isbn boolean not null default true,
      scan_force_modified_time boolean not null default false,
      scan_interval text not null default 'EVERY_6H'
        check (scan_interval in ('DISABLED', 'HOURLY', 'EVERY_6H', 'EVERY_12H', 'DAILY', 'WEEKLY')),
      scan_on_startup boolean not null default false,
      scan_cbx boolean not null default true,
      scan_pdf boolean not null default true,
      scan_epub boolean not null default true,
      scan_image_folders boolean not null default true,
      scan_directory_exclusions text[] not null default '{}',
      repair_extensions boolean not null default false,
      convert_to_cbz boolean not null default false,
      empty_trash_after_scan boolean not null default false,
      series_cover text not null default 'FIRST'
        check (series_cover in ('FIRST', 'FIRST_UNREAD_OR_FIRST', 'FIRST_UNREAD_OR_LAST', 'LAST')),
      hash_files boolean not null default true,
      hash_pages boolean not null default false,
      hash_koreader boolean not null default false,
      analyze_dimensions boolean not null default true,
      oneshots_directory text,
      unavailable_at timestamptz,
      unavailable_reason text,
      last_scan_at timestamptz,
      created_at timestamptz not null,
      modified_at timestamptz not null
    );
    -- a name is taken exactly as it is spelled (Komga)
    create unique index library_name on library (name collate "C");
  `);
  await knex.raw(`
    create table series (
      id uuid primary key,
      library_id uuid not null references library on delete cascade,
      -- folder (one-shot: file) below the library's root, '/' between segments; '' is the root itself
      path text collate "C" not null,
      name text collate "und-x-icu" not null,
      oneshot boolean not null default false,
      file_modified_at timestamptz not null,
      book_count integer not null default 0,
      created_at timestamptz not null,
      -- changes with the files only, never with metadata (Komga's "latest" and "updated" live on it)
      modified_at timestamptz not null,
      deleted_at timestamptz,

      status text not null default 'ONGOING' check (status in ('ENDED', 'ONGOING', 'ABANDONED', 'HIATUS')),
      title text collate "und-x-icu" not null,
      title_sort text collate "und-x-icu" not null,
      summary text not null default '',
      reading_direction text check (reading_direction in ('LEFT_TO_RIGHT', 'RIGHT_TO_LEFT', 'VERTICAL', 'WEBTOON')),
      publisher text collate "und-x-icu" not null default '',
      age_rating integer,
      language text not null default '',
      total_book_count integer,
      genres text[] not null default '{}',
      tags text[] not null default '{}',
      sharing_labels text[] not null default '{}',
      links jsonb not null default '[]',
      alternate_titles jsonb not null default '[]',
      -- names of the fields that only a person may change
      locked text[] not null default '{}',
      -- field -> { source, at }: who may replace it
      provenance jsonb not null default '{}',
      metadata_created_at timestamptz not null,
      metadata_modified_at timestamptz not null,

      -- aggregated from the books
      books_authors jsonb not null default '[]',
      books_tags text[] not null default '{}',
      books_release_date date,
      books_summary text not null default '',
      books_summary_number text not null default '',
      books_metadata_created_at timestamptz not null,
      books_metadata_modified_at timestamptz not null,

      title_key text collate "C" not null,
      title_sort_key text collate "C" not null,
      -- all titles, folded, one a line: what a search looks into
      search_key text collate "C" not null,
      publisher_key text collate "C" not null default '',
      genre_keys text[] not null default '{}',
      -- of the series and of its books
      tag_keys text[] not null default '{}',
      sharing_label_keys text[] not null default '{}',
      -- of its books: 'role|name', '|name', 'role|' of each
      author_keys text[] not null default '{}'
    );
    -- the scan: which series lies at this path; one row a path, also in the trash, so that ids survive
    create unique index series_path on series (library_id, path);
    -- list by title, of everything and of one library
    create index series_title on series (title_sort, id);
    create index series_library_title on series (library_id, title_sort, id);
    create index series_name on series (name, id);
    -- new, latest and updated series
    create index series_created on series (created_at desc, id desc);
    create index series_modified on series (modified_at desc, id desc);
    create index series_updated on series (modified_at desc, id desc) where created_at <> modified_at;
    create index series_release_date on series (books_release_date, id);
    -- filters of the lists
    create index series_genres on series using gin (genre_keys);
    create index series_tags on series using gin (tag_keys);
    create index series_authors on series using gin (author_keys);
    create index series_sharing_labels on series using gin (sharing_labels);
    create index series_publisher on series (publisher_key);
    create index series_language on series (language);
    create index series_age_rating on series (age_rating);
    -- search and "contains"
    create index series_search on series using gin (search_key gin_trgm_ops);
    -- the trash
    create index series_deleted on series (library_id, deleted_at) where deleted_at is not null;
  `);
  await knex.raw(`
    create table book (
      id uuid primary key,
      library_id uuid not null references library on delete cascade,
      series_id uuid not null references series on delete cascade,
      -- file (or folder of images) below the library's root
      path text collate "C" not null,
      name text collate "und-x-icu" not null,
      oneshot boolean not null default false,
      file_size bigint not null,
      file_modified_at timestamptz not null,
      file_hash text collate "C" not null default '',
      file_hash_koreader text collate "C" not null default '',
      -- position in the natural order of the series, from 1; 0 until it was sorted
      number integer not null default 0,
      created_at timestamptz not null,
      modified_at timestamptz not null,
      deleted_at timestamptz,

      title text collate "und-x-icu" not null,
      summary text not null default '',
      metadata_number text not null default '0',
      number_sort double precision not null default 0,
      release_date date,
      authors jsonb not null default '[]',
      tags text[] not null default '{}',
      isbn text not null default '',
      links jsonb not null default '[]',
      locked text[] not null default '{}',
      provenance jsonb not null default '{}',
      metadata_created_at timestamptz not null,
      metadata_modified_at timestamptz not null,

      media_status text not null default 'UNKNOWN'
        check (media_status in ('UNKNOWN', 'READY', 'OUTDATED', 'ERROR', 'UNSUPPORTED')),
      media_type text collate "C" not null default '',
      media_profile text not null default '' check (media_profile in ('', 'DIVINA', 'PDF', 'EPUB')),
      media_comment text not null default '',
      page_count integer not null default 0,
      epub_divina boolean not null default false,
      epub_kepub boolean not null default false,
      media_modified_at timestamptz not null,

      title_key text collate "C" not null,
      search_key text collate "C" not null,
      tag_keys text[] not null default '{}',
      author_keys text[] not null default '{}'
    );
    create unique index book_path on book (library_id, path);
    -- books of a series in reading order; next and previous; first unread
    create index book_series on book (series_id, number_sort, id);
    -- latest books, by the two meanings of it
    create index book_created on book (created_at desc, id desc);
    create index book_modified on book (modified_at desc, id desc);
    create index book_library_created on book (library_id, created_at desc, id desc);
    create index book_release_date on book (release_date, id);
    create index book_title on book (title, id);
    -- what is left to analyse; what failed
    create index book_media_status on book (media_status, library_id) where media_status <> 'READY';
    -- the same file found again: restore, duplicates
    create index book_hash on book (file_hash, file_size) where file_hash <> '';
    create index book_hash_koreader on book (file_hash_koreader) where file_hash_koreader <> '';
    create index book_tags on book using gin (tag_keys);
    create index book_authors on book using gin (author_keys);
    create index book_search on book using gin (search_key gin_trgm_ops);
    create index book_deleted on book (library_id, deleted_at) where deleted_at is not null;

    -- What analysis found in the file, one row a book: a table of pages would have ten million rows where this has fifty
    -- thousand, and a page is only ever asked for together with its book (docs/decisions/0003).
    create table book_media (
      book_id uuid primary key references book on delete cascade,
      container text not null,
      -- PageEntry[] in reading order, with the place of each page in the file
      pages jsonb not null default '[]',
      files jsonb not null default '[]',
      -- EPUB: table of contents, landmarks, positions
      extension jsonb,
      -- the file that was analysed: another size or time makes the places worthless
      file_size bigint not null,
      file_modified_at timestamptz not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table book_media, book, series, library');
}
