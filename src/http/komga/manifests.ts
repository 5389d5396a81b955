import { z } from 'zod';
import { badRequest, notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import { divinaType, webPublicationType } from '../../opds/media-types';
import { getBook } from '../../search/find-books';
import type { BookView } from '../../search/book-view';
import { absoluteUrl } from '../context';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { sendText } from '../reply';
import { route, type Route } from '../route';
import { presentManifest, type ManifestProfile } from './present/manifest';

/** Of a PDF the file, of other books their pages; of flowing text there is none yet. */
function profileOf({ mediaProfile, mediaStatus, epubDivina }: BookView): ManifestProfile {
  if (mediaStatus !== 'READY') throw notFound('Book has not been analyzed yet');
  if (mediaProfile === 'EPUB' && !epubDivina) throw notFound('The book has no pages');
  return mediaProfile === 'PDF' ? 'pdf' : 'divina';
}

/** What a reading app is told about a book and the order of its parts. */
export function manifestRoutes({ db, pages }: HttpDeps): Route[] {
  const manifest = (path: string, id: string, summary: string, asked?: ManifestProfile) =>
    route({
      method: 'get',
      ...{ path: `/api/v1/books/:bookId/${path}`, id, tag: 'WebPub manifest', summary },
      access: 'any',
      params: z.object({ bookId: entityId() }),
      reply: 'bytes',
      produces:
        asked === undefined ? [divinaType, webPublicationType] : [asked === 'pdf' ? webPublicationType : divinaType],
      handler: async ({ ctx, viewer, params }) => {
        const book = await getBook(db, viewer, params.bookId);
        const profile = profileOf(book);
        if (asked === 'pdf' && profile !== 'pdf')
          throw badRequest(`Book media type '${book.mediaType}' not compatible with requested profile`);
        const chosen = asked ?? profile;
        const stored = chosen === 'pdf' ? [] : await pages.list(viewer, book.id);
        const address = absoluteUrl(ctx, `/api/v1/books/${publicId(book.id)}`);
        const type = chosen === 'pdf' ? webPublicationType : divinaType;
        sendText(ctx, type, JSON.stringify(presentManifest(book, chosen, stored, address)));
      },
    });
  return [
    manifest('manifest', 'getBookWebPubManifest', 'How to read a book: by its pages, or a PDF whole'),
    manifest('manifest/divina', 'getBookWebPubManifestDivina', 'The pages of a book as pictures', 'divina'),
    manifest('manifest/pdf', 'getBookWebPubManifestPdf', 'A PDF as a web publication', 'pdf'),
  ];
}
