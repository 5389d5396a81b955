import type { Knex } from 'knex';
import { newId } from '../../base/public-id';
import { makePoster, type Picture } from '../../media/image';
import { isCoded } from '../../base/errors';
import type { ProviderCover } from '../../metadata/provider';
import { Book } from '../../model/book';
import { Enrichment, SeriesCandidate, SeriesMatch } from '../../model/match';
import { Series } from '../../model/series';
import { emit } from '../../queue/events';
import { getSettings, posterEdges } from '../settings';
import { bookNumberOf, seriesNumbersOf } from './book-numbers';
import type { EnrichContext } from './match-series';
import { removePosters } from './replaced-posters';

/** A picture that is to be the poster of a book or series. */
interface Wanted {
  owner: 'book_id' | 'series_id';
  id: string;
  reference: string;
}

/** In the language of the files, else as it came out first, else in English; without a note such as "alternate". */
export function coverOfVolume(
  covers: readonly ProviderCover[],
  volume: number,
  languages: readonly string[],
): ProviderCover | null {
  const rank = ({ locale, description }: ProviderCover) => {
    const place = languages.indexOf(locale ?? '');
    return (place < 0 ? languages.length : place) * 2 + (description === '' ? 0 : 1);
  };
  const found = covers.filter((cover) => cover.volume === volume).sort((a, b) => rank(a) - rank(b));
  return found[0] ?? null;
}

/** Volumes have covers of their own; where there are only chapters the series has the main cover. */
function wantedOf(series: Series, books: Book[], covers: ProviderCover[], main: string | null): Wanted[] {
  const numbers = books.map(bookNumberOf);
  if (seriesNumbersOf(numbers).kind === 'chapter') {
    return main === null ? [] : [{ owner: 'series_id', id: series.id, reference: main }];
  }
  const languages = [series.language.toLowerCase(), 'ja', 'ko', 'zh', 'en'].filter((language) => language !== '');
  return books.flatMap(({ id }, index): Wanted[] => {
    const number = numbers[index];
    if (number?.kind !== 'volume' || number.number === null) return [];
    const cover = coverOfVolume(covers, number.number, languages);
    return cover ? [{ owner: 'book_id', id, reference: cover.reference }] : [];
  });
}

/** The covers of a matched series as posters. What is there already is not fetched again: a cut-off run goes on. */
export async function fetchCovers(context: EnrichContext, { seriesId, externalId }: SeriesMatch): Promise<void> {
  const { db, provider, signal, log } = context;
  const series = await Series.query(db).findById(seriesId);
  if (!series || externalId === null) return;
  const asking = signal ? { signal } : {};
  const books = await Book.query(db).where({ seriesId, deletedAt: null }).orderBy(['numberSort', 'id']);
  const covers = await provider.covers(externalId, asking);
  const main = await mainCover(context, seriesId, externalId);
  const origins = await knownOrigins(db, seriesId);
  const edge = posterEdges[(await getSettings(db)).thumbnailSize];
  for (const wanted of wantedOf(series, books, covers, main)) {
    if (origins.has(`${wanted.id} ${wanted.reference}`)) continue;
    signal?.throwIfAborted();
    const bytes = await provider.picture(wanted.reference, asking);
    const picture = bytes && (await posterOf(bytes, edge));
    if (!picture) {
      log.info({ seriesId, reference: wanted.reference }, 'a cover cannot be used');
      continue;
    }
    await db.transaction((trx) => storePoster(trx, wanted, seriesId, externalId, picture));
  }
  await SeriesMatch.query(db).findById(seriesId).where({ externalId }).patch({ coversDue: false });
}

async function mainCover(
  { db, provider }: EnrichContext,
  seriesId: string,
  externalId: string,
): Promise<string | null> {
  const candidate = await SeriesCandidate.query(db).findOne({ seriesId, provider: provider.name, externalId });
  return candidate?.record.cover ?? null;
}

async function posterOf(bytes: Buffer, edge: number): Promise<Picture | null> {
  try {
    return await makePoster(bytes, edge);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function knownOrigins(db: Knex, seriesId: string): Promise<Set<string>> {
  const { rows } = await db.raw<{ rows: { key: string }[] }>(
    `select coalesce(p.book_id, p.series_id) || ' ' || p.origin as key from poster p
     where p.type = 'PROVIDER' and (p.series_id = :seriesId or p.book_id in (select id from book where series_id = :seriesId))`,
    { seriesId },
  );
  return new Set(rows.map(({ key }) => key));
}

/** Takes the place of the generated poster and of an older one of the provider; never of what a person or a file chose. */
async function storePoster(
  trx: Knex.Transaction,
  { owner, id, reference }: Wanted,
  seriesId: string,
  externalId: string,
  { data, width, height, mediaType }: Picture,
): Promise<void> {
  await trx.raw('select 1 from series where id = ? for no key update', [seriesId]);
  const match = await SeriesMatch.query(trx).findById(seriesId);
  // undone or matched otherwise while the picture was fetched
  if (match?.state !== 'matched' || match.externalId !== externalId) return;
  const [latest] = await Enrichment.query(trx)
    .where({ seriesId, externalId })
    .whereNull('undoneAt')
    .orderBy('appliedAt', 'desc')
    .limit(1);
  const before = await removePosters(trx, { column: owner, ids: [id] }, latest?.id ?? null);
  // somebody chose the generated one
  const isUnwanted = before.length > 0 && before.every((poster) => !poster.selected);
  if (!isUnwanted)
    await trx.raw(`update poster set selected = false where ${owner} = ? and selected and type = 'GENERATED'`, [id]);
  const { rows } = await trx.raw<{ rows: [{ id: string; selected: boolean }] }>(
    `insert into poster (id, ${owner}, type, selected, media_type, file_size, width, height, image, origin, created_at)
     values (:poster, :id, 'PROVIDER', not exists (select 1 from poster where ${owner} = :id and selected),
       :mediaType, :size, :width, :height, :data, :reference, now())
     returning id, selected`,
    { poster: newId(), id, mediaType, size: data.length, width, height, data, reference },
  );
  const [{ id: posterId, selected }] = rows;
  if (latest) await latest.$query(trx).patch({ posters: [...latest.posters, posterId] });
  if (owner === 'book_id') await emit(trx, { type: 'ThumbnailBookAdded', bookId: id, seriesId, selected });
  else await emit(trx, { type: 'ThumbnailSeriesAdded', seriesId, selected });
}
