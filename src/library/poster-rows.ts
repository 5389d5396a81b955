import type { Knex } from 'knex';
import { newId } from '../base/public-id';
import type { Picture } from '../media/image';
import type { Book } from '../model/book';
import type { ServerEvent } from '../queue/events';
import { selectMissing } from './poster-selection';

/** Stores the generated poster of a book in the place of the one before; its id is new, so that caches see another picture. */
export async function writeGenerated(
  trx: Knex,
  book: Pick<Book, 'id' | 'seriesId'>,
  { data, width, height, mediaType }: Picture,
): Promise<ServerEvent[]> {
  const { rows } = await trx.raw<{ rows: [{ selected: boolean }] }>(
    `insert into poster (id, book_id, type, selected, media_type, file_size, width, height, image, created_at)
     values (:id, :bookId, 'GENERATED', not exists (select 1 from poster where book_id = :bookId and selected),
       :mediaType, :size, :width, :height, :data, now())
     on conflict (book_id) where type = 'GENERATED' do update set id = excluded.id, media_type = excluded.media_type,
       file_size = excluded.file_size, width = excluded.width, height = excluded.height, image = excluded.image,
       created_at = excluded.created_at
     returning selected`,
    { id: newId(), bookId: book.id, mediaType, size: data.length, width, height, data },
  );
  if (!rows[0].selected) await selectMissing(trx, 'book_id', [book.id]);
  return [{ type: 'ThumbnailBookAdded', bookId: book.id, seriesId: book.seriesId, selected: rows[0].selected }];
}
