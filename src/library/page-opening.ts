import { isDirect, type PageOpener } from '../media/page-bytes';
import type { PagePool } from '../media/page-pool';
import type { Container, PageLocation } from '../media/reader';
import type { StoredPage } from '../model/book-media';
import type { BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';
import { bodyOf, describePage, pageFileName, wholeBody, type FoundPage } from './found-page';
import { versionOf, type PageMemory } from './page-memory';
import { locationOf, type Located, type PageRequests } from './page-requests';
import { resultType, type PageWish } from './page-wish';

/** A file in no library, about to be imported. */
export interface LooseFile {
  path: string;
  container: Container;
  name: string;
  id: string;
  modifiedAt: Date;
}

interface PageOpeningDeps {
  opener: PageOpener;
  pool: PagePool;
  memory: PageMemory;
  requests: PageRequests;
}

/** The ways in which the bytes of a page are had. */
export function createPageOpening({ opener, pool, memory, requests }: PageOpeningDeps) {
  async function original(book: BookFile, page: Located, signal?: AbortSignal) {
    const request = await requests.asItIs(book, page);
    const { path, container, location } = request;
    if (!isDirect(location)) return wholeBody(await pool.page(request, signal));
    const options = { version: versionOf(book), ...(signal ? { signal } : {}) };
    return bodyOf(await opener.openPage(path, container, location, options));
  }

  return {
    original,

    unchanged: (viewer: Viewer, book: BookFile, page: StoredPage, number: number, wish: PageWish): FoundPage => ({
      ...describePage(book, number, page.mediaType, ''),
      open: async (signal) => {
        const body = await original(book, page, signal);
        if (isDirect(locationOf(page))) memory.remember(book);
        else await requests.expectNext(viewer, book, number, wish);
        return body;
      },
    }),

    changed: (viewer: Viewer, book: BookFile, page: StoredPage, number: number, wish: PageWish): FoundPage => {
      const format = resultType(page, wish);
      return {
        ...describePage(book, number, `image/${format}`, `-${format}-${wish.maxWidth ?? ''}`),
        open: async (signal) => {
          const body = wholeBody(await pool.page(await requests.asWished(book, page, wish), signal));
          await requests.expectNext(viewer, book, number, wish);
          return body;
        },
      };
    },

    /** Pages are named by their number in the file, which counts those too that cannot be shown. */
    asPdf: (book: BookFile, page: StoredPage, number: number): FoundPage => ({
      ...describePage(book, number, 'application/pdf', '-pdf'),
      open: async (signal) => {
        const location: PageLocation = { kind: 'render', page: Number(page.name), as: 'pdf' };
        return wholeBody(await pool.page({ ...(await requests.asItIs(book, page)), location }, signal));
      },
    }),

    ofFile: (file: LooseFile, page: StoredPage, number: number): FoundPage => ({
      mediaType: page.mediaType,
      fileName: pageFileName(file.name, number, page.mediaType),
      etag: `"${file.id}-${file.modifiedAt.getTime().toString(36)}-${number}"`,
      lastModified: file.modifiedAt,
      open: async (signal) => {
        const { path, container } = file;
        return wholeBody(await pool.page({ path, container, location: locationOf(page) }, signal));
      },
    }),
  };
}
