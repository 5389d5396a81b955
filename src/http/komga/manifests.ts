import { z } from 'zod';
import { badRequest, notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import { filesOf, getPositions, outlineOf } from '../../library/epub-books';
import { divinaType, positionListType, webPublicationType } from '../../opds/media-types';
import { getBook } from '../../search/find-books';
import type { BookView } from '../../search/book-view';
import type { Viewer } from '../../search/viewer';
import { absoluteUrl } from '../context';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { sendPage } from '../page-reply';
import { notModified, sendText } from '../reply';
import { route, type Route } from '../route';
import { presentManifest, type ManifestParts, type ManifestProfile } from './present/manifest';

const profiles: Partial<Record<BookView['mediaProfile'], ManifestProfile>> = {
  ...{ DIVINA: 'divina', PDF: 'pdf', EPUB: 'epub' },
};

/** Of a book without profile nothing is known; what has one may still have failed. */
function profileOf(book: BookView): ManifestProfile {
  const profile = profiles[book.mediaProfile];
  if (book.mediaStatus !== 'READY' || profile === undefined) throw notFound('Book has not been analyzed yet');
  return profile;
}

/** Every book with pages has them as pictures; the other profiles are for books of that kind alone. */
function chosenProfile(book: BookView, asked: ManifestProfile | undefined): ManifestProfile {
  const profile = profileOf(book);
  if (asked === undefined || asked === profile) return profile;
  if (asked !== 'divina') throw badRequest(`Book media type '${book.mediaType}' not compatible with requested profile`);
  if (profile === 'epub' && !book.epubDivina) throw notFound('The book has no pages');
  return asked;
}

async function partsOf(
  { db, pages }: HttpDeps,
  viewer: Viewer,
  { id }: BookView,
  profile: ManifestProfile,
): Promise<ManifestParts> {
  if (profile !== 'epub') return { profile, pages: await pages.list(viewer, id) };
  const [outline, files] = await Promise.all([outlineOf(db, id), filesOf(db, id)]);
  if (!outline) throw notFound('The book must be analyzed again');
  return { profile, outline, files };
}

const typeOf = (profile: ManifestProfile | undefined): string[] => {
  if (profile === undefined) return [divinaType, webPublicationType];
  return [profile === 'divina' ? divinaType : webPublicationType];
};

const ofBook = z.object({ bookId: entityId() });
const tag = 'WebPub manifest';

/** What a reading app is told about a book and the order of its parts. */
export function manifestRoutes(deps: HttpDeps): Route[] {
  const manifest = (path: string, id: string, summary: string, asked?: ManifestProfile) =>
    route({
      method: 'get',
      ...{ path: `/api/v1/books/:bookId/${path}`, id, tag, summary },
      access: 'any',
      params: ofBook,
      reply: 'bytes',
      produces: typeOf(asked),
      handler: async ({ ctx, viewer, params }) => {
        const book = await getBook(deps.db, viewer, params.bookId);
        const profile = chosenProfile(book, asked);
        const parts = await partsOf(deps, viewer, book, profile);
        const address = absoluteUrl(ctx, `/api/v1/books/${publicId(book.id)}`);
        sendText(ctx, typeOf(profile)[0] ?? '', JSON.stringify(presentManifest(book, parts, address)));
      },
    });
  return [
    manifest('manifest', 'getBookWebPubManifest', 'How to read a book: by its pages, or the documents of an EPUB'),
    manifest('manifest/divina', 'getBookWebPubManifestDivina', 'The pages of a book as pictures', 'divina'),
    manifest('manifest/pdf', 'getBookWebPubManifestPdf', 'A PDF as a web publication', 'pdf'),
    manifest('manifest/epub', 'getBookWebPubManifestEpub', 'An EPUB as a web publication', 'epub'),
    ...insideRoutes(deps),
  ];
}

/** No script of a book runs, whoever looks at it (komga-media §17.4). */
const resourcePolicy = "script-src 'none'; object-src 'none';";

/** What lies inside an EPUB. */
function insideRoutes({ db, pages }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/positions',
      id: 'getBookPositions',
      tag,
      summary: 'The places of an EPUB that a reader can be at',
      access: 'any',
      params: ofBook,
      reply: 'bytes',
      produces: [positionListType],
      handler: async ({ ctx, viewer, params }) => {
        const { positions, book } = await getPositions(db, viewer, params.bookId);
        const etag = `"${publicId(book.id)}-${book.mediaModifiedAt.getTime().toString(36)}"`;
        ctx.set('Content-Type', positionListType);
        if (notModified(ctx, { etag, lastModified: book.mediaModifiedAt })) return;
        ctx.body = JSON.stringify({ total: positions.length, positions });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/resource/*',
      id: 'getBookEpubResource',
      tag,
      summary: 'A file inside an EPUB; fonts without login, since browsers ask for them without',
      access: 'public',
      params: z.object({ bookId: entityId(), '*': z.string() }),
      reply: 'bytes',
      produces: ['application/octet-stream'],
      handler: async ({ ctx, viewer, params }) => {
        const file = await pages.resource(viewer, params.bookId, params['*']);
        ctx.set('Content-Security-Policy', resourcePolicy);
        await sendPage(ctx, file);
      },
    }),
  ];
}
