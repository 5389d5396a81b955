import type { Knex } from 'knex';

/** JSON that no condition looks into: to find its most frequent values Postgres unpacks 30,000 lists of pages. */
const opaque = ['pages', 'files', 'extension', 'comic_info', 'opf', 'first_page'];

const statistics = (target: number) =>
  `alter table book_media ${opaque.map((column) => `alter column ${column} set statistics ${target}`).join(', ')}`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- as in migration 1700; nearly all books have pages of one type, which is found without a query inside the function
    create or replace function page_types(pages jsonb) returns text[] language plpgsql immutable parallel safe as $types$
    declare kind jsonb := pages->0->'mediaType';
    begin
      if jsonb_path_exists(pages, '$[*].mediaType \\? (@ != $kind)', jsonb_build_object('kind', kind)) then
        return (select coalesce(array_agg(distinct page->>'mediaType'), '{}') from jsonb_array_elements(pages) page);
      end if;
      return case when kind is null then '{}' else array[kind #>> '{}'] end;
    end $types$;
    ${statistics(0)};
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function page_types(pages jsonb) returns text[] language sql immutable parallel safe as $types$
      select coalesce(array_agg(distinct page->>'mediaType'), '{}') from jsonb_array_elements(pages) page
    $types$;
    ${statistics(-1)};
  `);
}
