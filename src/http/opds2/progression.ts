import { publicId } from '../../base/public-id';
import type { Locator, StoredProgression } from '../../library/progression';
import { getBook } from '../../search/find-books';
import type { BookView } from '../../search/book-view';
import type { Viewer } from '../../search/viewer';
import type { HttpContext } from '../context';
import type { HttpDeps } from '../deps';
import { opdsAddress, readdressed } from '../opds-address';
import { bookRecord, dialectFor } from '../opds-books';
import { progressionRoutesAt } from '../progression';
import type { Route } from '../route';
import { hasPages, resourceHref } from './present';

/** Progress that was marked without a device, by page (the web UI, Komga's apps). */
const ownDevice = { id: 'urn:kiremisu:device:server', name: 'KireMisu' };

interface Named {
  href: string;
  type: string;
}

/** Where the manifest of a book has this page: in a PDF, which is one file, or as a picture. */
async function pagePlace(
  { pages }: HttpDeps,
  ctx: HttpContext,
  viewer: Viewer,
  book: BookView,
  page: number,
): Promise<Named | null> {
  const at = opdsAddress(ctx, 'v2');
  if (book.mediaProfile === 'PDF') return bookRecord(book, at, dialectFor(ctx)).acquisitions[0];
  if (!hasPages(book)) return null;
  const listed = (await pages.list(viewer, book.id))[page - 1];
  return listed ? { href: at(`books/${publicId(book.id)}/pages/${page}`), type: listed.mediaType } : null;
}

/** Readium's decoders refuse a place without address and type, and look it up in the reading order. */
async function completed(
  deps: HttpDeps,
  ctx: HttpContext,
  viewer: Viewer,
  bookId: string,
  locator: Partial<Locator>,
): Promise<Partial<Locator>> {
  const book = await getBook(deps.db, viewer, bookId);
  if (book.mediaProfile === 'EPUB' && locator.href) {
    const address = opdsAddress(ctx, 'v2')(`books/${publicId(bookId)}`);
    const isWhole = /^https?:/.test(locator.href);
    return { ...locator, href: isWhole ? readdressed(ctx, locator.href) : resourceHref(address, locator.href) };
  }
  if (locator.href) return { ...locator, href: readdressed(ctx, locator.href) };
  const page = locator.locations?.position;
  if (page === undefined) return locator;
  const place = await pagePlace(deps, ctx, viewer, book, page);
  if (!place) return locator;
  const fragments = book.mediaProfile === 'PDF' ? { fragments: [`page=${page}`] } : {};
  return { ...locator, href: place.href, type: place.type, locations: { ...locator.locations, ...fragments } };
}

/** Readium's progression, as apps of OPDS 2.0 (Cantook, Stump, Komga's) keep it. */
export const readiumProgressionRoutes = (deps: HttpDeps, tag: string): Route[] =>
  progressionRoutesAt(deps, {
    path: '/opds/v2/books/:bookId/progression',
    tag,
    ids: { get: 'opds2GetProgression', put: 'opds2PutProgression' },
    complete: async (ctx, viewer, bookId, found): Promise<StoredProgression> => ({
      ...found,
      device: found.device.id === '' ? ownDevice : found.device,
      locator: await completed(deps, ctx, viewer, bookId, found.locator),
    }),
  });
