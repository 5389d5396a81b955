import { z } from 'zod';
import { notFound } from '../../base/errors';
import { publicId } from '../../base/public-id';
import { filesOf, outlineOf, type OutlineEntry } from '../../library/epub-books';
import type { JsonObject } from '../../opds/json';
import { publicationType } from '../../opds/media-types';
import { opds2Publication, type Publication } from '../../opds/v2-publication';
import type { Profile } from '../../opds/v2';
import { divinaManifest, manifestType, webPublication, type TocItem } from '../../opds/webpub';
import { findDeliveries } from '../../search/delivery';
import { getBook } from '../../search/find-books';
import type { BookView } from '../../search/book-view';
import type { Viewer } from '../../search/viewer';
import type { HttpContext } from '../context';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { opdsAddress, type Address } from '../opds-address';
import { dialectFor } from '../opds-books';
import { route, type Route } from '../route';
import { sendDocument } from './feed';
import { hasPages, profileOf, publication, resourceHref } from './present';

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
  const described = publication(book, deliveries.get(id), { at, dialect: dialectFor(ctx) });
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

const tocOf = (entries: OutlineEntry[], address: string): TocItem[] =>
  entries.map(({ title, href, children }) => ({
    title,
    href: href === null ? null : resourceHref(address, href),
    children: tocOf(children, address),
  }));

/** Documents in reading order, what else they need, and the table of contents. */
async function epub({ db }: HttpDeps, self: string, { book, described, address }: Described): Promise<JsonObject> {
  if (book.mediaProfile !== 'EPUB') throw notFound('The book is no EPUB');
  const [outline, files] = await Promise.all([outlineOf(db, book.id), filesOf(db, book.id)]);
  if (!outline) throw notFound('The book must be analyzed again');
  const inSpine = new Set(outline.spine.map(({ name }) => name));
  const resource = ({ name, mediaType }: { name: string; mediaType: string }) => ({
    ...{ href: resourceHref(address, name), type: mediaType },
  });
  return webPublication(
    { ...described, profile: 'epub', layout: outline.fixedLayout ? 'fixed' : 'reflowable' },
    {
      self,
      readingOrder: outline.spine.map(resource),
      resources: files.filter(({ name }) => !inSpine.has(name)).map(resource),
      toc: tocOf(outline.toc, address),
      positions: `${address}/positions`,
    },
  );
}

const makers = {
  divina,
  pdf: (_: HttpDeps, __: Viewer, self: string, of: Described) => pdf(self, of),
  epub: (deps: HttpDeps, _: Viewer, self: string, of: Described) => epub(deps, self, of),
} satisfies Record<Profile, unknown>;

/** How a book is read unless said otherwise: a comic in an EPUB by its pictures. */
const ownProfile = (book: BookView): Profile => (book.epubDivina ? 'divina' : profileOf(book));

/** Type of a manifest → how it is made. Without a type, that of the book. */
async function manifest(deps: HttpDeps, ctx: HttpContext, viewer: Viewer, id: string, kind?: Profile) {
  const of = await describe(deps, ctx, viewer, id);
  if (of.book.mediaStatus !== 'READY') throw notFound('The book cannot be read');
  const chosen = kind ?? ownProfile(of.book);
  const self = `${of.address}/manifest${kind === undefined ? '' : `/${kind}`}`;
  sendDocument(ctx, manifestType(chosen), await makers[chosen](deps, viewer, self, of));
}

export function publicationRoutes(deps: HttpDeps): Route[] {
  const reading = (path: string, id: string, summary: string, kind?: Profile) =>
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
    reading('manifest', 'opds2Manifest', 'How to read a book: by pictures, a PDF whole, an EPUB by its documents'),
    reading('manifest/divina', 'opds2DivinaManifest', 'The pages of a book as pictures', 'divina'),
    reading('manifest/pdf', 'opds2PdfManifest', 'A PDF as a web publication', 'pdf'),
    reading('manifest/epub', 'opds2EpubManifest', 'An EPUB as a web publication', 'epub'),
  ];
}
