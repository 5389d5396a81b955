import { z } from 'zod';
import { publicId, uuidOf } from '../../base/public-id';
import { humanSize } from '../../base/text';
import { requestImports } from '../../library/import-requests';
import { matchCbl } from '../../library/match-cbl';
import { listPlace } from '../../library/places';
import {
  analyzeTransientBook,
  listTransientBooks,
  transientPage,
  type TransientBook,
} from '../../library/transient-books';
import type { HttpDeps } from '../deps';
import { entityId, nilUuid, parseBody, readJson } from '../input';
import { formType, readUpload } from '../multipart';
import { sendPage } from '../page-reply';
import { instant } from '../reply';
import { route, type Route } from '../route';
import {
  directoryBody,
  directoryDto,
  importBody,
  readingListMatchDto,
  transientBookDto,
  transientScanBody,
} from './dto/import';
import { presentPage } from './pages';

/** Files that come from outside: looked at, brought into a series; reading lists of another program. */
export function importRoutes(deps: HttpDeps): Route[] {
  return [...transient(deps), ...imports(deps), ...lists(deps)];
}

function present({
  id,
  name,
  path,
  fileSize,
  fileModifiedAt,
  analysis,
}: TransientBook): z.input<typeof transientBookDto> {
  return {
    ...{ id: publicId(id), name, url: path, fileLastModified: instant(fileModifiedAt) },
    ...{ sizeBytes: fileSize, size: humanSize(fileSize), status: analysis?.mediaStatus ?? 'UNKNOWN' },
    ...{ mediaType: analysis?.mediaType ?? '', comment: analysis?.mediaComment ?? '' },
    pages: analysis?.pages.map(presentPage) ?? [],
    files: analysis?.files.map((file) => file.name) ?? [],
    number: analysis?.number ?? null,
    seriesId: analysis?.seriesId ? publicId(analysis.seriesId) : null,
  };
}

function transient(deps: HttpDeps): Route[] {
  const tag = 'Import';
  return [
    route({
      method: 'post',
      path: '/api/v1/transient-books',
      id: 'scanTransientBooks',
      tag,
      summary: 'The books below a folder outside of the libraries',
      access: 'ADMIN',
      body: transientScanBody,
      reply: z.array(transientBookDto),
      handler: async ({ body }) => (await listTransientBooks(deps.db, body.path)).map(present),
    }),
    route({
      method: 'post',
      path: '/api/v1/transient-books/:id/analyze',
      id: 'analyzeTransientBook',
      tag,
      summary: 'What is in such a book, and which number of which series it may be',
      access: 'ADMIN',
      params: z.object({ id: entityId() }),
      reply: transientBookDto,
      handler: async ({ params }) => present(await analyzeTransientBook(deps, params.id)),
    }),
    route({
      method: 'get',
      path: '/api/v1/transient-books/:id/pages/:pageNumber',
      id: 'getPageByTransientBookId',
      tag,
      summary: 'A page of such a book as it lies in the file',
      access: 'ADMIN',
      params: z.object({
        id: entityId(),
        pageNumber: z
          .string()
          .regex(/^-?\d{1,9}$/)
          .transform(Number),
      }),
      reply: 'bytes',
      produces: ['image/jpeg', 'image/png', 'image/webp'],
      handler: async ({ ctx, params }) => sendPage(ctx, await transientPage(deps, params.id, params.pageNumber)),
    }),
  ];
}

function imports(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/books/import',
      id: 'importBooks',
      tag: 'Import',
      summary: 'Bring files into series, as new books or in the place of others',
      access: 'ADMIN',
      body: importBody,
      reply: 'accepted',
      handler: ({ body: { books, copyMode } }) =>
        requestImports(
          deps,
          books.map(({ sourceFile, seriesId, upgradeBookId, destinationName }) => ({
            ...{ sourceFile, copyMode, seriesId: uuidOf(seriesId) ?? nilUuid },
            ...(upgradeBookId ? { upgradeBookId: uuidOf(upgradeBookId) ?? nilUuid } : {}),
            ...(destinationName ? { destinationName } : {}),
          })),
        ),
    }),
    route({
      method: 'post',
      path: '/api/v1/filesystem',
      id: 'getDirectoryListing',
      tag: 'File system',
      summary: 'What lies in a folder of the places where libraries may be',
      access: 'ADMIN',
      reply: directoryDto,
      handler: async ({ ctx }) => {
        const hasBody = ctx.get('content-length') !== '0' && ctx.get('content-type') !== '';
        const { path, showFiles } = parseBody(directoryBody, hasBody ? await readJson(ctx) : {});
        return listPlace(deps.db, path, { showFiles: showFiles ?? false });
      },
    }),
  ];
}

function lists({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/readlists/match/comicrack',
      id: 'matchComicRackList',
      tag: 'ComicRack',
      summary: 'What of a reading list of ComicRack lies in the libraries; creates nothing',
      access: 'ADMIN',
      consumes: formType,
      reply: readingListMatchDto,
      handler: async ({ ctx }) => {
        const { name, isTaken, requests } = await matchCbl(db, (await readUpload(ctx)).file);
        return {
          readListMatch: { name, errorCode: isTaken ? 'ERR_1009' : '' },
          requests: requests.map(({ request, matches }) => ({
            request,
            matches: matches.map(({ seriesId, title, releaseDate, books }) => ({
              series: { seriesId: publicId(seriesId), title, releaseDate },
              books: books.map((book) => ({ ...book, bookId: publicId(book.bookId) })),
            })),
          })),
          errorCode: '',
        };
      },
    }),
  ];
}
