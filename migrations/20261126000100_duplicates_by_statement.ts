import type { Knex } from 'knex';

/** Hot and small: what is settled is dead, and read over by the next one who settles until it is vacuumed. */
const vacuum = 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000';

/**
 * As in migration 1700, with two changes. Files that changed are looked up one by one through the index, by a statement that is
 * planned anew each time: the plan that a function keeps was made while there were no books, and read all of them every 256 books, so
 * that a first scan took as long as the square of its size. And books that are inserted are noted by one statement, not one by one.
 */
const settle = `
  create or replace function settle_duplicates() returns void language plpgsql as $settle$
  begin
    -- one at a time; whoever comes meanwhile leaves it to the next
    if not pg_try_advisory_xact_lock(x'6475706c69'::bigint) then return; end if;
    execute $statement$
      with gone as (delete from duplicate_change returning *),
        counted as (select f.file_hash, f.file_size, b.copies
          from (select distinct file_hash, file_size from gone) f cross join lateral (
            select count(*) as copies from book b
            where b.file_hash = f.file_hash and b.file_size = f.file_size and b.file_hash <> '') b),
        single as (delete from duplicate_file d using counted c
          where d.file_hash = c.file_hash and d.file_size = c.file_size and c.copies < 2)
      insert into duplicate_file select * from counted where copies > 1
      on conflict (file_hash, file_size) do update set copies = excluded.copies $statement$;
  end $settle$;
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ${settle}
    create function note_new_duplicates() returns trigger language plpgsql as $note$
    declare noted integer;
    begin
      insert into duplicate_change select file_hash, file_size from new_book where file_hash <> '';
      get diagnostics noted = row_count;
      if noted = 0 then return null; end if;
      if noted > 250 or nextval('duplicate_turn') % 256 = 0 then perform settle_duplicates(); end if;
      return null;
    end $note$;

    drop trigger book_duplicate_insert on book;
    create trigger book_duplicate_insert after insert on book
      referencing new table as new_book for each statement execute function note_new_duplicates();

    alter table duplicate_change set (${vacuum});
    alter table tally_change set (${vacuum});
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger book_duplicate_insert on book;
    create trigger book_duplicate_insert after insert on book
      for each row when (new.file_hash <> '') execute function note_duplicates();
    drop function note_new_duplicates;
    alter table duplicate_change reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
    alter table tally_change reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
  `);
}
