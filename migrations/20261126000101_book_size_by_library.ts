import type { Knex } from 'knex';

/**
 * Which books of other libraries have the size of a new file: with the size alone the index named those of its own library too, and
 * where many files have one size a first scan read all books before it with every batch.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index book_library_size on book (library_id, file_size);
    drop index book_size;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create index book_size on book (file_size);
    drop index book_library_size;
  `);
}
