import { notFound, HttpFailure } from '../base/errors';
import type { Database } from '../db/database';
import { convertPicture, makePoster, pictureSize } from '../media/image';
import type { FoundPage } from './found-page';
import type { BookPages } from './pages';
import type { Posters } from './posters';
import type { PostersAtHand, ServedPoster } from './served-poster';
import { Poster } from '../model/poster';
import { largeWidth, smallEdge } from './cover-size';
import type { Viewer } from '../search/viewer';

export interface CoverDeps {
  db: Database;
  pages: BookPages;
  posters: Posters;
}

async function jpegOf({ bytes, mediaType }: ServedPoster, edge: number | null): Promise<Buffer> {
  const size = edge === null ? null : pictureSize(bytes);
  const fits = edge === null || (size !== null && Math.max(size.width, size.height) <= edge);
  if (fits && mediaType === 'image/jpeg') return bytes;
  const picture = edge === null ? await convertPicture(bytes, { format: 'jpeg' }) : await makePoster(bytes, edge);
  return picture.data;
}

/** What follows the id of the poster in the tag of a cover. */
export const smallTag = `-${smallEdge}`;

const coverOf = (poster: ServedPoster, edge: number | null): FoundPage => ({
  mediaType: 'image/jpeg',
  fileName: 'cover.jpeg',
  etag: `"${poster.id}-${edge ?? ''}"`,
  lastModified: poster.modifiedAt,
  open: async () => {
    const data = await jpegOf(poster, edge);
    return { data, size: data.length, release: () => undefined };
  },
});

/** The cover of a book for a list. Throws 404 and 403. */
export async function smallCover(
  { posters }: Pick<CoverDeps, 'posters'>,
  viewer: Viewer,
  bookId: string,
  atHand: PostersAtHand = [],
): Promise<FoundPage> {
  return coverOf(await posters.ofBook(viewer, bookId, atHand), smallEdge);
}

/** The poster of a book was made from its first page; of text, which has no pages, the poster is all there is. */
async function isFirstPage(db: Database, bookId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { isPage: boolean }[] }>(
    `select p.type = 'GENERATED' and b.media_profile <> 'EPUB' as "isPage"
     from poster p join book b on b.id = p.book_id where p.book_id = ? and p.selected`,
    [bookId],
  );
  return rows[0]?.isPage ?? false;
}

/** The first page itself where the poster was only made from it (komga-media §15.5), else the poster. */
export async function largeCover(
  { db, pages, posters }: CoverDeps,
  viewer: Viewer,
  bookId: string,
): Promise<FoundPage> {
  const firstPage = () => pages.find(viewer, bookId, 1, { convert: 'jpeg', maxWidth: largeWidth });
  if (await isFirstPage(db, bookId)) return firstPage();
  const poster = await posters.ofBook(viewer, bookId);
  // it may have been made right now
  return (await isFirstPage(db, bookId)) ? firstPage() : coverOf(poster, null);
}

/** The cover of a series; of any of its books when the one that was chosen has none. Throws 404 and 403. */
export async function seriesCover(
  { db, posters }: Pick<CoverDeps, 'db' | 'posters'>,
  viewer: Viewer,
  seriesId: string,
  atHand: PostersAtHand = [],
): Promise<FoundPage> {
  try {
    return coverOf(await posters.ofSeries(viewer, seriesId, atHand), smallEdge);
  } catch (error) {
    if (!(error instanceof HttpFailure && error.status === 404)) throw error;
    const covered = await Poster.query(db)
      .alias('p')
      .select('p.bookId')
      .join('book as b', 'b.id', 'p.bookId')
      .where({ 'b.seriesId': seriesId, 'p.selected': true })
      .orderBy(['b.numberSort', 'b.id'])
      .first();
    if (!covered?.bookId) throw notFound();
    return smallCover({ posters }, viewer, covered.bookId);
  }
}
