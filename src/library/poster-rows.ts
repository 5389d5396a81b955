import type { Knex } from 'knex';
import { newId } from '../base/public-id';
import type { Picture } from '../media/image';
import type { Book } from '../model/book';
import type { ServerEvent } from '../queue/events';
import { selectMissing } from './poster-selection';

export interface DrawnPoster {
  book: Pick<Book, 'id' | 'seriesId'>;
  picture: Picture;
}

/** Stores generated posters in the place of those before; their ids are new, so that caches see other pictures. */
export async function writeGenerated(trx: Knex, drawn: DrawnPoster[]): Promise<ServerEvent[]> {
  if (drawn.length === 0) return [];
  const column = <T>(value: (poster: DrawnPoster) => T) => drawn.map(value);
  const { rows } = await trx.raw<{ rows: { bookId: string; selected: boolean }[] }>(
    `insert into poster (id, book_id, type, selected, media_type, file_size, width, height, image, created_at)
     select drawn.id, drawn.book_id, 'GENERATED',
       not exists (select 1 from poster p where p.book_id = drawn.book_id and p.selected),
       drawn.media_type, length(drawn.image), drawn.width, drawn.height, drawn.image, now()
     from unnest(cast(:ids as uuid[]), cast(:bookIds as uuid[]), cast(:types as text[]), cast(:widths as int[]), cast(:heights as int[]), cast(:images as bytea[]))
       as drawn (id, book_id, media_type, width, height, image)
     on conflict (book_id) where type = 'GENERATED' do update set id = excluded.id, media_type = excluded.media_type,
       file_size = excluded.file_size, width = excluded.width, height = excluded.height, image = excluded.image,
       created_at = excluded.created_at
     returning book_id as "bookId", selected`,
    {
      ids: column(() => newId()),
      bookIds: column(({ book }) => book.id),
      types: column(({ picture }) => picture.mediaType),
      widths: column(({ picture }) => picture.width),
      heights: column(({ picture }) => picture.height),
      images: column(({ picture }) => picture.data),
    },
  );
  const unselected = rows.filter(({ selected }) => !selected).map(({ bookId }) => bookId);
  await selectMissing(trx, 'book_id', unselected);
  const seriesOf = new Map(drawn.map(({ book }) => [book.id, book.seriesId]));
  return rows.map(({ bookId, selected }) => ({
    ...{ type: 'ThumbnailBookAdded' as const, bookId, seriesId: seriesOf.get(bookId) ?? '', selected },
  }));
}
