import { newId } from '../base/public-id';
import { bookTitleKeys, seriesTitleKeys } from '../model/keys';
import type { Columns } from './rows';
import type { FoundBook, FoundSeries } from './found';

/** Rows as a first scan writes them: named like file and folder, everything else is for analysis to find out. */
export const seriesColumns: Columns = {
  id: 'uuid',
  library_id: 'uuid',
  path: 'text',
  name: 'text',
  oneshot: 'boolean',
  file_modified_at: 'timestamptz',
  book_count: 'int',
  created_at: 'timestamptz',
  modified_at: 'timestamptz',
  title: 'text',
  title_sort: 'text',
  metadata_created_at: 'timestamptz',
  metadata_modified_at: 'timestamptz',
  books_metadata_created_at: 'timestamptz',
  books_metadata_modified_at: 'timestamptz',
  title_key: 'text',
  title_sort_key: 'text',
  search_key: 'text',
};

/** What the books of a series make of it, for one whose books were read before it is inserted. */
export const describedColumns: Columns = {
  ...{ status: 'text', title: 'text', title_sort: 'text', summary: 'text', reading_direction: 'text' },
  ...{ publisher: 'text', age_rating: 'int', language: 'text', total_book_count: 'int', genres: 'text[]' },
  ...{ tags: 'text[]', sharing_labels: 'text[]', links: 'jsonb', alternate_titles: 'jsonb', provenance: 'jsonb' },
  ...{ series_json: 'jsonb', books_authors: 'jsonb', books_tags: 'text[]', books_release_date: 'date' },
  ...{ books_summary: 'text', books_summary_number: 'text', metadata_modified_at: 'timestamptz' },
  ...{ books_metadata_modified_at: 'timestamptz', title_key: 'text', title_sort_key: 'text', search_key: 'text' },
  ...{ publisher_key: 'text', genre_keys: 'text[]', tag_keys: 'text[]', sharing_label_keys: 'text[]' },
  author_keys: 'text[]',
};

export const bookColumns: Columns = {
  id: 'uuid',
  library_id: 'uuid',
  series_id: 'uuid',
  path: 'text',
  name: 'text',
  oneshot: 'boolean',
  file_size: 'bigint',
  file_modified_at: 'timestamptz',
  number: 'int',
  created_at: 'timestamptz',
  modified_at: 'timestamptz',
  title: 'text',
  metadata_number: 'text',
  number_sort: 'float8',
  metadata_created_at: 'timestamptz',
  metadata_modified_at: 'timestamptz',
  media_modified_at: 'timestamptz',
  title_key: 'text',
  search_key: 'text',
};

export const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Created and modified are one instant: a new series is not an updated one (komga-rest §11.4). */
export function newSeriesRow(id: string, libraryId: string, found: FoundSeries, at: string) {
  const title = found.name.trim();
  const keys = seriesTitleKeys({ title, titleSort: title, alternateTitles: [] });
  return {
    id,
    library_id: libraryId,
    path: found.path,
    name: found.name,
    oneshot: found.oneshot,
    file_modified_at: time(found.modifiedAt),
    book_count: found.books.length,
    created_at: at,
    modified_at: at,
    title,
    title_sort: title,
    metadata_created_at: at,
    metadata_modified_at: at,
    books_metadata_created_at: at,
    books_metadata_modified_at: at,
    title_key: keys.titleKey,
    title_sort_key: keys.titleSortKey,
    search_key: keys.searchKey,
  };
}

export interface BookPlace {
  libraryId: string;
  seriesId: string;
  oneshot: boolean;
  /** Position in a new series; 0 where the series is numbered anew afterwards. */
  number: number;
}

export function newBookRow(found: FoundBook, place: BookPlace, at: string) {
  const title = found.name.trim();
  const keys = bookTitleKeys({ title, isbn: '' });
  return {
    id: newId(),
    library_id: place.libraryId,
    series_id: place.seriesId,
    path: found.path,
    name: found.name,
    oneshot: place.oneshot,
    file_size: found.size,
    file_modified_at: time(found.modifiedAt),
    number: place.number,
    created_at: at,
    modified_at: at,
    title,
    metadata_number: String(place.number),
    number_sort: place.number,
    metadata_created_at: at,
    metadata_modified_at: at,
    media_modified_at: at,
    title_key: keys.titleKey,
    search_key: keys.searchKey,
  };
}
