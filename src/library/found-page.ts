import type { Readable } from 'node:stream';
import type { OpenedPage } from '../media/page-bytes';
import type { BookFile } from '../search/book-file';

/** A page that is there and may be seen; nothing of its file was read yet, so a 304 costs nothing. */
export interface FoundPage {
  mediaType: string;
  /** Name for the client to keep it under; null for a picture that nobody keeps. */
  fileName: string | null;
  etag: string;
  lastModified: Date;
  open(signal?: AbortSignal): Promise<PageBody>;
}

export interface PageBody {
  data: Buffer | Readable;
  size: number;
  /** Call when the answer was written: the buffer is used again. */
  release: () => void;
}

/** A page that is known, permitted and open already, so that it costs one read. */
export interface PageAtHand extends Omit<FoundPage, 'open'> {
  /** `done` gets null when the bytes cannot be had this way. False: nothing was done, and `done` is not called. */
  read(done: (body: (PageBody & { data: Buffer }) | null) => void): boolean;
}

const extensions: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/jxl': 'jxl',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
  'application/pdf': 'pdf',
};

/** What a page is called when it is kept. */
export const pageFileName = (bookName: string, number: number, mediaType: string): string =>
  `${bookName}-${number}.${extensions[mediaType] ?? 'bin'}`;

/** The headers of a page; `variant` tells what is made of one page apart. */
export const describePage = (
  book: BookFile,
  number: number,
  mediaType: string,
  variant: string,
): Omit<FoundPage, 'open'> => ({
  mediaType,
  fileName: pageFileName(book.name, number, mediaType),
  etag: `"${Buffer.from(book.id.replaceAll('-', ''), 'hex').toString('base64url')}-${book.mediaModifiedAt.getTime().toString(36)}-${number}${variant}"`,
  lastModified: book.mediaModifiedAt,
});

/** A picture that was made, as a body. */
export const wholeBody = ({ data }: { data: Buffer }): PageBody => ({
  data,
  size: data.length,
  release: () => undefined,
});

/** Bytes of a file, as a body. */
export function bodyOf(page: OpenedPage): PageBody {
  if ('stream' in page) return { data: page.stream, size: page.size, release: () => undefined };
  return page;
}
