import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import { locateScans, type ScannedPage } from './pdf-images';
import { openPdfDocument, type PdfDocument } from './pdf-render';
import type { BookContent, PageEntry, Reader } from './reader';
import { openSpan } from './span';
import { bufferStream } from './zip-entry';

const scannedEntry = (number: number, { location, width, height }: ScannedPage): PageEntry => ({
  name: String(number),
  mediaType: 'image/jpeg',
  width,
  height,
  size: location.size,
  location,
});

async function renderedEntry(document: PdfDocument, number: number, dimensions: boolean): Promise<PageEntry> {
  const { width, height } = dimensions ? await document.size(number) : { width: null, height: null };
  return {
    name: String(number),
    mediaType: 'image/jpeg',
    width,
    height,
    size: null,
    location: { kind: 'render', page: number },
  };
}

/** Pages of a PDF: its pictures as they are where a page is one picture, else what rendering will give. */
async function pdfPages(
  scans: (ScannedPage | null)[] | null,
  open: () => Promise<PdfDocument>,
  dimensions: boolean,
  deadline: number,
) {
  if (scans && scans.length > 0 && scans.every((scan) => scan !== null)) {
    return { pages: scans.map((scan, index) => scannedEntry(index + 1, scan)), problems: [] };
  }
  const document = await open();
  const pages: PageEntry[] = [];
  const problems: BookContent['problems'] = [];
  // where the two disagree about the pages, the one that renders is right
  const located = scans?.length === document.pageCount ? scans : [];
  for (let number = 1; number <= document.pageCount; number++) {
    if (Date.now() > deadline) throw fail('ERR_2006', { page: number });
    const scan = located[number - 1];
    try {
      pages.push(scan ? scannedEntry(number, scan) : await renderedEntry(document, number, dimensions));
    } catch {
      problems.push({ name: String(number), code: 'ERR_2003' });
    }
  }
  return { pages, problems };
}

/** A PDF as a book. Rendering and listing work in the calling thread: not for one that answers requests. */
export function openPdf(source: ByteSource, { offset }: Detected, limits: MediaLimits): Reader {
  let opened: Promise<PdfDocument> | null = null;
  const document = () => (opened ??= openPdfDocument(source, limits));
  return {
    container: 'pdf',
    async content({ dimensions = true } = {}) {
      const scans = await locateScans(source, offset, limits.pages);
      const deadline = Date.now() + limits.bookMilliseconds;
      const { pages, problems } = await pdfPages(scans, document, dimensions, deadline);
      if (pages.length === 0 && problems.length > 0) throw fail('ERR_2002');
      return { container: 'pdf', pages, files: [], problems, divina: false, pageCount: pages.length };
    },
    file: () => Promise.resolve(null),
    async open(location, signal) {
      if (location.kind === 'span') return openSpan(source, location, limits, signal);
      if (location.kind !== 'render') throw fail('ERR_2003', { kind: location.kind });
      const pdf = await document();
      const data = location.as === 'pdf' ? pdf.extract(location.page) : pdf.render(location.page);
      return bufferStream(await data, signal);
    },
    async close() {
      await opened?.then((pdf) => pdf.close()).catch(() => undefined);
      await source.close();
    },
  };
}
