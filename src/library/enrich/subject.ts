import type { Database } from '../../db/database';
import { subjectOf, type Subject } from '../../metadata/matching/subject';
import { distinct, splitCommas } from '../../metadata/normalise';
import { fold } from '../../base/text';
import { Book } from '../../model/book';
import type { Series } from '../../model/series';
import { bookNumberOf, seriesNumbersOf } from './book-numbers';

interface Info {
  series?: string | null;
  localizedSeries?: string | null;
  writer?: string | null;
  penciller?: string | null;
  web?: string | null;
  publisher?: string | null;
}

/** Books whose ComicInfo is asked: they say the same, or nothing can be learned from them. */
const mostInfos = 200;

async function findInfos(db: Database, seriesId: string): Promise<Info[]> {
  const { rows } = await db.raw<{ rows: { info: Info }[] }>(
    `select m.comic_info as info from book b join book_media m on m.book_id = b.id
     where b.series_id = ? and b.deleted_at is null and m.comic_info is not null order by b.number_sort, b.id limit ?`,
    [seriesId, mostInfos],
  );
  return rows.map(({ info }) => info);
}

/** What most say; nothing when they do not agree. */
function agreed(values: (string | null | undefined)[]): string[] {
  const given = values.flatMap((value) => (value?.trim() ? [value.trim()] : []));
  const [first] = distinct(given, fold);
  return first !== undefined && given.every((value) => fold(value) === fold(first)) ? [first] : [];
}

const people = (infos: Info[]) =>
  distinct(
    infos.flatMap(({ writer, penciller }) => [...splitCommas(writer ?? null), ...splitCommas(penciller ?? null)]),
    fold,
  );

/** What is known of a series before a provider is asked: its folder, its files' metadata, its numbers. */
export async function subjectOfSeries(db: Database, series: Series): Promise<Subject> {
  const books = await Book.query(db)
    .select('name', 'pageCount', 'authors', 'provenance')
    .where({ seriesId: series.id, deletedAt: null });
  const infos = await findInfos(db, series.id);
  const { lastVolume, lastChapter } = seriesNumbersOf(books.map(bookNumberOf));
  const isNamed = ['file', 'person'].includes(series.provenance['title']?.source ?? '');
  const links = [
    ...infos.flatMap(({ web }) => (web ?? '').split(/\s+/u)),
    ...series.links.filter(() => series.provenance['links']?.source !== 'mangadex').map(({ url }) => url),
  ];
  return subjectOf(series.name, {
    titles: [
      ...(isNamed ? [series.title] : []),
      ...agreed(infos.map((info) => info.series)),
      ...agreed(infos.map((info) => info.localizedSeries)),
    ],
    authors: people(infos),
    links,
    publisher: agreed(infos.map((info) => info.publisher))[0] ?? '',
    lastVolume,
    lastChapter,
    bookCount: books.length,
  });
}

/** Changes when there is something else to look for. */
export const subjectKeyOf = ({ titles, ids }: Subject): string =>
  [...titles.map(fold), ...Object.entries(ids).map(([place, id]) => `${place}=${id}`)].join('\n').slice(0, 2000);
