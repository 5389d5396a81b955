import { z } from 'zod';
import { notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import type { JsonObject } from '../../opds/json';
import { publicationType } from '../../opds/media-types';
import { opds2Publication, type Publication } from '../../opds/v2-publication';
import { divinaManifest, manifestType, webPublication } from '../../opds/webpub';
import { findDeliveries } from '../../search/delivery';
import { getBook } from '../../search/find-books';
import type { BookView } from '../../search/book-view';
import type { Viewer } from '../../search/viewer';
import type { HttpContext } from '../context';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { opdsAddress, type Address } from '../opds-address';
import { route, type Route } from '../route';
import { sendDocument } from './feed';
import { hasPages, profileOf, publication } from './present';

const anyId = z.object({ id: entityId() });
const common = { method: 'get', tag: 'OPDS 2.0', access: 'any', params: anyId, reply: 'bytes' } as const;

interface Described {
  book: BookView;
  described: Publication;
  at: Address;
  /** Address of the book, to which what belongs to it is appended. */
  address: string;
}

async function describe({ db }: HttpDeps, ctx: HttpContext, viewer: Viewer, id: string): Promise<Described> {
  const [book, deliveries] = await Promise.all([getBook(db, viewer, id), findDeliveries(db, [id])]);
  const at = opdsAddress(ctx, 'v2');
  const described = publication(book, deliveries.get(id), at, at('auth'));
  return { book, described, at, address: at(`books/${publicId(id)}`) };
}

/** Every page as a picture; of a PDF the pages as they are delivered. */
async function divina({ pages }: HttpDeps, viewer: Viewer, self: string, of: Described): Promise<JsonObject> {
  if (!hasPages(of.book)) throw notFound('The book has no pages that can be asked for one by one');
  const stored = await pages.list(viewer, of.book.id);
  return divinaManifest(of.described, {
    self,
    pages: stored.map(({ mediaType, width, height }) => ({ type: mediaType, width, height })),
    hrefOf: (page, convert) => `${of.address}/pages/${page + 1}${convert ? '?convert=jpeg' : ''}`,
  });
}

/** The profile wants whole PDFs in the reading order: the file is the only one. */
function pdf(self: string, { book, described }: Described): JsonObject {
  if (book.mediaProfile !== 'PDF') throw notFound('The book is no PDF');
  const [{ href, type }] = described.acquisitions;
  return webPublication({ ...described, profile: 'pdf' }, { self, readingOrder: [{ href, type }] });
}

/** Type of a manifest → how it is made. Without a type, that of the book. */
async function manifest(deps: HttpDeps, ctx: HttpContext, viewer: Viewer, id: string, kind?: 'divina' | 'pdf') {
  const of = await describe(deps, ctx, viewer, id);
  const chosen = kind ?? (profileOf(of.book) === 'pdf' ? 'pdf' : 'divina');
  const self = `${of.address}/manifest${kind === undefined ? '' : `/${kind}`}`;
  const document = chosen === 'pdf' ? pdf(self, of) : await divina(deps, viewer, self, of);
  sendDocument(ctx, manifestType(chosen), document);
}

export function publicationRoutes(deps: HttpDeps): Route[] {
  const reading = (path: string, id: string, summary: string, kind?: 'divina' | 'pdf') =>
    route({
      ...{ ...common, path: `/opds/v2/books/:id/${path}`, id, summary },
      produces: kind === undefined ? [manifestType('divina'), manifestType('pdf')] : [manifestType(kind)],
      handler: ({ ctx, viewer, params }) => manifest(deps, ctx, viewer, params.id, kind),
    });
  return [
    route({
      ...{ ...common, path: '/opds/v2/books/:id', id: 'opds2Publication', summary: 'One book as in every list' },
      produces: [publicationType],
      handler: async ({ ctx, viewer, params }) => {
        const { described } = await describe(deps, ctx, viewer, params.id);
        sendDocument(ctx, publicationType, opds2Publication(described));
      },
    }),
    reading('manifest', 'opds2Manifest', 'How to read a book: by pictures, or a PDF whole'),
    reading('manifest/divina', 'opds2DivinaManifest', 'The pages of a book as pictures', 'divina'),
    reading('manifest/pdf', 'opds2PdfManifest', 'A PDF as a web publication', 'pdf'),
  ];
}
