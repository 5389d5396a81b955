import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What lists say of the pages of a book, beside them: twenty books of 180 pages are 400 kB of JSON to unpack (10 ms).
    create function page_types(pages jsonb) returns text[] language sql immutable parallel safe as $types$
      select coalesce(array_agg(distinct page->>'mediaType'), '{}') from jsonb_array_elements(pages) page
    $types$;
    alter table book_media
      add column page_types text[] not null generated always as (page_types(pages)) stored,
      add column first_page jsonb generated always as ((pages->0) - 'location') stored;
  `);
  await knex.raw(`
    -- Files that are there more than once, and in how many books: finding them takes a second at a million books.
    create table duplicate_file (
      file_hash text collate "C" not null,
      file_size bigint not null,
      copies integer not null,
      primary key (file_hash, file_size)
    );
    -- Files of which books came or went since. Writers only append, so that none waits for another; a reader counts these
    -- few itself.
    create table duplicate_change (
      file_hash text collate "C" not null,
      file_size bigint not null
    );
    create index duplicate_change_file on duplicate_change (file_hash, file_size);
    create sequence duplicate_turn;
  `);
  await knex.raw(`
    create function settle_duplicates() returns void language plpgsql as $settle$
    begin
      -- one at a time; whoever comes meanwhile leaves it to the next
      if not pg_try_advisory_xact_lock(x'6475706c69'::bigint) then return; end if;
      with gone as (delete from duplicate_change returning *),
        files as (select distinct file_hash, file_size from gone),
        counted as (select f.file_hash, f.file_size, count(*) as copies from files f
          join book b on b.file_hash = f.file_hash and b.file_size = f.file_size and b.file_hash <> ''
          group by 1, 2 having count(*) > 1),
        single as (delete from duplicate_file d using files f
          where d.file_hash = f.file_hash and d.file_size = f.file_size
            and not exists (select 1 from counted c where c.file_hash = d.file_hash and c.file_size = d.file_size))
      insert into duplicate_file select * from counted
      on conflict (file_hash, file_size) do update set copies = excluded.copies;
    end $settle$;

    create function note_duplicates() returns trigger language plpgsql as $note$
    begin
      if tg_op <> 'INSERT' then
        insert into duplicate_change select old.file_hash, old.file_size where old.file_hash <> '';
      end if;
      if tg_op <> 'DELETE' then
        insert into duplicate_change select new.file_hash, new.file_size where new.file_hash <> '';
      end if;
      if nextval('duplicate_turn') % 256 = 0 then perform settle_duplicates(); end if;
      return null;
    end $note$;

    -- by the row, but only for rows with a hash: books come without one, and get it in the background
    create trigger book_duplicate_insert after insert on book
      for each row when (new.file_hash <> '') execute function note_duplicates();
    create trigger book_duplicate_update after update of file_hash, file_size on book
      for each row when ((old.file_hash, old.file_size) is distinct from (new.file_hash, new.file_size)
        and (old.file_hash <> '' or new.file_hash <> '')) execute function note_duplicates();
    create trigger book_duplicate_delete after delete on book
      for each row when (old.file_hash <> '') execute function note_duplicates();

    insert into duplicate_file select file_hash, file_size, count(*) from book where file_hash <> ''
      group by 1, 2 having count(*) > 1;
    analyze duplicate_file;

    -- sums of bigint are made as decimals, at three times the cost
    alter table tally alter column amount type integer;
    alter table tally_change alter column amount type integer;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger book_duplicate_insert on book;
    drop trigger book_duplicate_update on book;
    drop trigger book_duplicate_delete on book;
    drop function note_duplicates, settle_duplicates;
    drop table duplicate_file, duplicate_change;
    drop sequence duplicate_turn;
    alter table book_media drop column page_types, drop column first_page;
    drop function page_types;
    alter table tally alter column amount type bigint;
    alter table tally_change alter column amount type bigint;
  `);
}
