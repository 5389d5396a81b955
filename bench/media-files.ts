import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { buildRar } from '../test/support/rar-builder';
import { buildPdf, imagePage } from '../test/support/pdf-builder';
import { buildSevenZip } from '../test/support/seven-zip-builder';
import { buildTar } from '../test/support/tar-builder';
import { buildZip } from '../test/support/zip-builder';
import { writeSparseZip, type SparseEntry } from './sparse-zip';

/** As in performance.md §4: pages of 400 KB that pack badly. */
export const pageCount = 60;
export const pageBytes = 400 * 1024;
export const textPages = 12;
/** Of the solid RAR. */
export const solidPages = 200;
/** Of the large one, 4.6 GB; what is not its pictures is a hole, so that it takes 100 MB. */
export const largePages = 5_000;
const largePageBytes = 900 * 1024;

/** A small picture that readers know for one, to stand at the beginning of a heavy page. */
export const smallJpeg = (): Promise<Buffer> =>
  sharp({ create: { width: 1200, height: 1800, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();

/** JPEGs of one size: a small one, and behind its end what makes it as heavy as a scan. */
export async function makePages(count = pageCount): Promise<Buffer[]> {
  const jpeg = await smallJpeg();
  return Array.from({ length: count }, (_, n) => {
    const page = Buffer.alloc(pageBytes);
    let state = n + 1;
    for (let at = 0; at < pageBytes; at += 4) page.writeUInt32LE((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), at);
    jpeg.copy(page);
    return page;
  }); // prettier-ignore
}

/** More pages than were made: the same with another number in them, so that no two are equal. */
function pageFrom(pages: Buffer[], n: number): Buffer {
  const page = Buffer.from(pages[n % pages.length] ?? Buffer.alloc(0));
  page.writeUInt32LE(n, page.length - 4);
  return page;
}

export const pageName = (n: number) => `${String(n + 1).padStart(3, '0')}.jpg`;

/** A folder for one run that the account of Postgres can get through. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-media-bench-'));
  chmodSync(folder, 0o755);
  return folder;
}

export interface Places {
  /** A library. */
  books: string;
  /** The pages as files. */
  plain: string;
  /** Where one series is. */
  series: string;
  /** Where the pages of the large archive lie. */
  large: SparseEntry[];
}

/** A library with the same pages in a book of each kind, and the pages as plain files. */
export async function makeLibrary(folder: string, pages: Buffer[]): Promise<Places> {
  const books = path.join(folder, 'library');
  const [series, pictures, plain] = [path.join(books, 'Series'), path.join(books, 'Pictures', 'folder'), path.join(folder, 'plain')];
  for (const place of [series, plain, pictures]) mkdirSync(place, { recursive: true });
  const parts = pages.map((data, n) => ({ name: pageName(n), data }));
  for (const { name, data } of parts) {
    writeFileSync(path.join(plain, name), data);
    writeFileSync(path.join(pictures, name), data);
  }
  const save = (name: string, bytes: Buffer) => writeFileSync(path.join(series, name), bytes);
  save('stored.cbz', buildZip(parts));
  save('deflated.cbz', buildZip(parts.map((part) => ({ ...part, method: 8 }))));
  save('tar.cbt', buildTar(parts));
  save('scans.pdf', buildPdf(pages.map((data) => imagePage(data, 1200, 1800))));
  const many = Array.from({ length: solidPages }, (_, n) => ({ name: pageName(n), data: pageFrom(pages, n) }));
  save('solid.cb7', await buildSevenZip(parts, ['-mx=1']));
  save('solid.cbr', buildRar(many, { solid: true }));
  save('stored.cbr', buildRar(many, { stored: true }));
  const text = { content: 'BT /F1 12 Tf 20 200 Td (page) Tj ET', page: '/MediaBox [0 0 200 300]' };
  save('text.pdf', buildPdf(Array.from({ length: textPages }, () => text)));
  const large = writeSparseZip(path.join(series, 'large.cbz'), await smallJpeg(), largePages, largePageBytes);
  return { books, plain, series, large };
} // prettier-ignore
