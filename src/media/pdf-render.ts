import path from 'node:path';
import type { Canvas } from '@napi-rs/canvas';
import type { PDFDocumentLoadingTask, PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import { fail, isCoded, type CodedError } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';

export interface RenderedSize {
  width: number;
  height: number;
}

/** A PDF opened by pdf.js. It works in the calling thread: rendering is not for one that answers requests. */
export interface PdfDocument {
  pageCount: number;
  /** Pixels of a page as `render` will make it. `page` from 1. */
  size(page: number): Promise<RenderedSize>;
  render(page: number): Promise<Buffer>;
  /** A PDF of this page alone. */
  extract(page: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Smaller files are handed over whole; of larger ones only the parts that are asked for are read. */
const wholeFileBytes = 4 * 1024 * 1024;
const jpegQuality = 88;
/** A canvas takes no more than 32,767 pixels in one direction. */
const maxEdge = 32_000;

function codedPdfError(error: unknown): CodedError {
  if (isCoded(error)) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return fail('ERR_1002', {}, error);
  return fail('ERR_2002', {}, error);
}

async function load(source: ByteSource, limits: MediaLimits): Promise<PDFDocumentLoadingTask> {
  const pdf = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const root = path.dirname(require.resolve('pdfjs-dist/package.json'));
  const folder = (name: string) => `${path.join(root, name)}/`;
  const common = {
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    enableXfa: false,
    stopAtErrors: false,
    verbosity: pdf.VerbosityLevel.ERRORS,
    maxImageSize: limits.renderPicturePixels,
    canvasMaxAreaInBytes: limits.renderPicturePixels * 4,
    cMapUrl: folder('cmaps'),
    standardFontDataUrl: folder('standard_fonts'),
    wasmUrl: folder('wasm'),
    iccUrl: folder('iccs'),
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
  };
  if (source.size <= wholeFileBytes) {
    return pdf.getDocument({ ...common, data: new Uint8Array(await source.read(0, source.size)) });
  }
  class Ranges extends pdf.PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      source.read(begin, end - begin).then(
        (bytes) => this.onDataRange(begin, new Uint8Array(bytes)),
        () => this.abort(),
      );
    }
  }
  const range = new Ranges(source.size, null);
  return pdf.getDocument({
    ...common,
    range,
    length: source.size,
    disableAutoFetch: true,
    disableStream: true,
    rangeChunkSize: 256 * 1024,
  });
}

/** The scale at which the shorter side has the wished pixels and the page is not more than the limit. */
function scaleOf({ width, height }: RenderedSize, limits: MediaLimits): number {
  const wished = limits.renderEdge / Math.max(1, Math.min(width, height));
  const longest = maxEdge / Math.max(1, width, height);
  return Math.min(wished, longest, Math.sqrt(limits.renderPixels / Math.max(1, width * height)));
}

function viewportOf(page: PDFPageProxy, limits: MediaLimits) {
  // honours crop box, rotation and user unit
  const viewport = page.getViewport({ scale: 1 });
  return page.getViewport({ scale: scaleOf(viewport, limits) });
}

const pixels = ({ width, height }: RenderedSize): RenderedSize => ({
  width: Math.max(1, Math.round(width)),
  height: Math.max(1, Math.round(height)),
});

interface CanvasFactory {
  create(width: number, height: number): { canvas: Canvas; context: unknown };
  destroy(target: unknown): void;
}

async function renderPage(document: PDFDocumentProxy, number: number, limits: MediaLimits): Promise<Buffer> {
  const page = await document.getPage(number);
  const viewport = viewportOf(page, limits);
  const { width, height } = pixels(viewport);
  const factory = document.canvasFactory as CanvasFactory;
  const target = factory.create(width, height);
  try {
    await page.render({
      canvas: target.canvas as never,
      canvasContext: target.context as never,
      viewport,
      background: '#ffffff',
    }).promise;
    return await target.canvas.encode('jpeg', jpegQuality);
  } finally {
    factory.destroy(target);
    page.cleanup();
  }
}

async function extractPage(document: PDFDocumentProxy, number: number): Promise<Buffer> {
  // what does not exist would be answered by an error that nobody can catch
  await document.getPage(number);
  const data = await document.extractPages([{ document: null, includePages: [number - 1] }]);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

export async function openPdfDocument(source: ByteSource, limits: MediaLimits): Promise<PdfDocument> {
  const task = await load(source, limits);
  try {
    const document = await task.promise;
    if (document.numPages > limits.pages) throw fail('ERR_2001', { pages: document.numPages });
    const coded = async <T>(work: Promise<T>): Promise<T> =>
      work.catch((error: unknown) => Promise.reject(fail('ERR_2003', {}, error)));
    return {
      pageCount: document.numPages,
      size: (number) => coded(document.getPage(number).then((page) => pixels(viewportOf(page, limits)))),
      render: (number) => coded(renderPage(document, number, limits)),
      extract: (number) => coded(extractPage(document, number)),
      close: () => task.destroy(),
    };
  } catch (error) {
    await task.destroy();
    throw codedPdfError(error);
  }
}
