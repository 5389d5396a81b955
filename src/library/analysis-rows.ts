import type { Knex } from 'knex';
import { bookColumns as foundColumns } from './book-rows';
import { camel, insertModels, insertRows, JsonText, toJson, updateRows, type Columns } from './rows';
import type { StoredOutcome } from './analysis-outcome';

/** What analysis may change of a book. */
const bookColumns: Columns = {
  ...{ media_status: 'text', media_type: 'text', media_profile: 'text', media_comment: 'text', page_count: 'int' },
  ...{ epub_divina: 'boolean', epub_kepub: 'boolean', media_modified_at: 'timestamptz', modified_at: 'timestamptz' },
  ...{ file_size: 'bigint', file_modified_at: 'timestamptz', file_hash: 'text', file_hash_koreader: 'text' },
  ...{ title: 'text', summary: 'text', metadata_number: 'text', number_sort: 'float8', release_date: 'date' },
  ...{ authors: 'jsonb', tags: 'text[]', isbn: 'text', links: 'jsonb', provenance: 'jsonb' },
  name_facts: 'jsonb',
  ...{ metadata_modified_at: 'timestamptz', title_key: 'text', search_key: 'text' },
  ...{ tag_keys: 'text[]', author_keys: 'text[]' },
};

const mediaColumns: Columns = {
  ...{ book_id: 'uuid', container: 'text', pages: 'jsonb', files: 'jsonb', extension: 'jsonb' },
  ...{ file_size: 'bigint', file_modified_at: 'timestamptz', comic_info: 'jsonb', opf: 'jsonb' },
};

/** The row of a book after its analysis. */
export function bookRow({ next }: StoredOutcome): object {
  const fields = next as unknown as Record<string, unknown>;
  return { id: next.id, ...Object.fromEntries(Object.keys(bookColumns).map((name) => [name, fields[camel(name)]])) };
}

/** What was found inside; nothing when the file could not be opened. */
export function mediaRow({ bookId, analysis, version }: StoredOutcome): object[] {
  const { content, comicInfo, opf } = analysis;
  if (content === null) return [];
  return [
    {
      book_id: bookId,
      container: content.container,
      pages: content.pages,
      files: content.files,
      extension: content.outline ?? null,
      file_size: version.size,
      file_modified_at: new Date(version.modifiedAt).toISOString(),
      // its list of pages says nothing that analysis does not know better
      comic_info: comicInfo && { ...comicInfo, pages: [] },
      opf,
    },
  ];
}

export const writeBooks = (trx: Knex, rows: object[]): Promise<void> => updateRows(trx, 'book', bookColumns, rows);

const wholeColumns = { ...foundColumns, ...bookColumns };

/** A book that was read before it has a row. */
export interface Reading extends StoredOutcome {
  media: object[];
}

/**
 * Writes the lists of pages as text at once and forgets them: the objects of all pages of a batch would be moved twice by the
 * collector of garbage before they are written.
 */
export function readingOf(outcome: StoredOutcome): Reading {
  const texts = (row: object) =>
    Object.entries(row).map(([name, value]: [string, unknown]) =>
      mediaColumns[name] === 'jsonb' && value !== null ? [name, new JsonText(toJson(value))] : [name, value],
    );
  const media = mediaRow(outcome).map((row) => Object.fromEntries(texts(row)) as object);
  const { analysis } = outcome;
  const content = analysis.content && { ...analysis.content, pages: [], files: [] };
  return { ...outcome, analysis: { ...analysis, content }, media };
}

/** Inserts new books together with what was found in them. */
export async function insertAnalyzed(trx: Knex, readings: Reading[]): Promise<void> {
  const books = readings.map(({ next }) => next);
  await insertModels(trx, 'book', wholeColumns, books);
  await insertRows(
    trx,
    'book_media',
    mediaColumns,
    readings.flatMap(({ media }) => media),
  );
}

/** Rows of books that could not be opened go; hashes of pages go where the file is another one. */
export async function writeMedia(trx: Knex, bookIds: string[], rows: object[]): Promise<void> {
  const names = Object.keys(mediaColumns);
  const types = names.map((name) => `${name} ${mediaColumns[name] ?? ''}`).join(', ');
  const sets = names.slice(1).map((name) => `${name} = excluded.${name}`);
  const json = toJson(rows);
  await trx.raw(
    `with found as (select * from json_to_recordset(cast(:json as json)) as row (${types})),
       unhashed as (
         delete from page_hash where book_id = any(:bookIds) and not exists (
           select 1 from book_media m join found f on f.book_id = m.book_id and f.file_size = m.file_size
             and f.file_modified_at = m.file_modified_at where m.book_id = page_hash.book_id)
       ),
       gone as (
         delete from book_media where book_id = any(:bookIds)
           and not exists (select 1 from found where found.book_id = book_media.book_id)
       )
     insert into book_media (${names.join(', ')}) select ${names.join(', ')} from found
     on conflict (book_id) do update set ${sets.join(', ')}`,
    { json, bookIds },
  );
}
