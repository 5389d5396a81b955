import { isCoded, type CodedError } from '../base/errors';
import { codedFileError } from '../media/byte-source';
import { readPackage } from '../media/epub-package';
import { makePoster, type Picture } from '../media/image';
import type { MediaLimits } from '../media/limits';
import { openBook } from '../media/open-book';
import type { BookContent, Container, PageLocation, Reader } from '../media/reader';
import { parseComicInfo, type ComicInfo } from '../metadata/comic-info';
import { parseOpf } from '../metadata/epub-opf';
import type { BookPatch, SeriesPatch } from '../metadata/types';

export interface Opf {
  book: BookPatch;
  series: SeriesPatch;
}

/** What the documents inside a file say about it. */
export interface Described {
  comicInfo: ComicInfo | null;
  opf: Opf | null;
}

export interface MediaState {
  mediaStatus: 'READY' | 'ERROR' | 'UNSUPPORTED';
  mediaType: string;
  mediaProfile: '' | 'DIVINA' | 'PDF' | 'EPUB';
  /** Codes of what went wrong; a book may be READY and have some (ERR_1007). */
  mediaComment: string;
  pageCount: number;
  epubDivina: boolean;
  /** Prepared for Kobo readers. */
  epubKepub: boolean;
}

export interface Analysis extends Described {
  state: MediaState;
  /** Null when the file could not be opened. */
  content: BookContent | null;
  poster: Picture | null;
  /** The cover has to be rendered or unpacked at length: a task of its own. */
  isPosterLeft: boolean;
}

/** A folder of pictures presents as a ZIP, which is what its download is (komga-media §22.2). */
const kinds: Record<Container, Pick<MediaState, 'mediaType' | 'mediaProfile'>> = {
  zip: { mediaType: 'application/zip', mediaProfile: 'DIVINA' },
  folder: { mediaType: 'application/zip', mediaProfile: 'DIVINA' },
  rar4: { mediaType: 'application/x-rar-compressed; version=4', mediaProfile: 'DIVINA' },
  rar5: { mediaType: 'application/x-rar-compressed; version=5', mediaProfile: 'DIVINA' },
  '7z': { mediaType: 'application/x-7z-compressed', mediaProfile: 'DIVINA' },
  tar: { mediaType: 'application/x-tar', mediaProfile: 'DIVINA' },
  pdf: { mediaType: 'application/pdf', mediaProfile: 'PDF' },
  epub: { mediaType: 'application/epub+zip', mediaProfile: 'EPUB' },
};

const unsupported = new Set(['ERR_1001', 'ERR_1002', 'ERR_1004', 'ERR_2004']);
/** Names in a comment; it is read by people. */
const maxNames = 50;

export interface AnalyzeOptions {
  limits: MediaLimits;
  dimensions: boolean;
  /** Longest edge of the poster, pixels; null: it is left for later. */
  posterEdge: number | null;
  signal: AbortSignal;
}

/** Opens a file once and takes everything out of it. Whatever is wrong with the file is in the result, never thrown. */
export async function analyzeFile(file: string, options: AnalyzeOptions): Promise<Analysis> {
  try {
    const reader = await openBook(file, { limits: options.limits });
    try {
      return await analyzeOpened(reader, options);
    } finally {
      await reader.close();
    }
  } catch (error) {
    return failed(codedFileError(error));
  }
}

export async function analyzeOpened(reader: Reader, options: AnalyzeOptions): Promise<Analysis> {
  const content = await reader.content({ dimensions: options.dimensions });
  const described = await readDescribed(reader, content);
  // of an archive in volumes the pages are given out, as those of a folder
  const kind = kinds[content.volumes === true ? 'folder' : content.container];
  const hasNothing = content.pageCount === 0;
  const state: MediaState = {
    ...kind,
    mediaStatus: hasNothing ? 'ERROR' : 'READY',
    mediaComment: commentOf(content, hasNothing),
    pageCount: content.pageCount,
    epubDivina: content.container === 'epub' && content.divina,
    epubKepub: content.outline?.kepub ?? false,
  };
  const cover = hasNothing ? null : await coverOf(reader, content);
  const isPosterLeft = cover !== null && (cover.kind === 'render' || options.posterEdge === null);
  const poster = cover && !isPosterLeft ? await posterOrNone(reader, cover, options) : null;
  return { ...described, state, content, poster, isPosterLeft };
}

function failed(error: CodedError): Analysis {
  const detected = error.details['type'];
  const state: MediaState = {
    mediaStatus: unsupported.has(error.code) ? 'UNSUPPORTED' : 'ERROR',
    mediaType: typeof detected === 'string' && detected.includes('/') ? detected : '',
    ...{ mediaProfile: '', mediaComment: error.code, pageCount: 0, epubDivina: false, epubKepub: false },
  };
  return { state, content: null, comicInfo: null, opf: null, poster: null, isPosterLeft: false };
}

/** Whose names are told with the code itself; other names are of broken entries, which Komga tells as ERR_1007. */
const named = ['ERR_1033', 'ERR_2015'];

/** As Komga writes it, since its web client translates the codes: `ERR_1007 [a.jpg, b.jpg]`. */
function commentOf({ problems }: BookContent, hasNothing: boolean): string {
  const list = (code: string, names: string[]) =>
    names.length === 0 ? [] : [`${code} [${names.slice(0, maxNames).join(', ')}]`];
  const namesOf = (code: string) => problems.flatMap((one) => (one.code === code && one.name !== '' ? one.name : []));
  const lost = list('ERR_2015', namesOf('ERR_2015'));
  if (hasNothing) return lost[0] ?? 'ERR_1006';
  const broken = problems.flatMap(({ code, name }) => (named.includes(code) || name === '' ? [] : name));
  const others = problems.filter(({ name }) => name === '').map(({ code }) => code);
  return [...new Set(others), ...list('ERR_1007', broken), ...list('ERR_1033', namesOf('ERR_1033')), ...lost].join(' ');
}

export async function readDescribed(reader: Reader, content: BookContent): Promise<Described> {
  const hasComicInfo = content.container === 'epub' || content.files.some(({ name }) => name === 'ComicInfo.xml');
  const bytes = hasComicInfo ? await fileOrNone(reader, 'ComicInfo.xml') : null;
  const comicInfo = bytes && parseComicInfo(bytes);
  return { comicInfo, opf: content.container === 'epub' ? await readOpf(reader) : null };
}

/** A description that cannot be read never makes its book unreadable. */
async function fileOrNone(reader: Reader, name: string): Promise<Buffer | null> {
  try {
    return await reader.file(name);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function readOpf(reader: Reader): Promise<Opf | null> {
  try {
    const { name } = await readPackage((entry) => reader.file(entry));
    const bytes = await reader.file(name);
    return bytes && parseOpf(bytes);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function coverOf(reader: Reader, content: BookContent): Promise<PageLocation | null> {
  const first = content.pages[0]?.location ?? null;
  if (content.container !== 'epub' || reader.cover === undefined) return first;
  return (await reader.cover()) ?? first;
}

async function posterOrNone(reader: Reader, cover: PageLocation, options: AnalyzeOptions): Promise<Picture | null> {
  try {
    return await readPoster(reader, cover, options);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function readPoster(
  reader: Reader,
  cover: PageLocation,
  { posterEdge, limits, signal }: AnalyzeOptions,
): Promise<Picture> {
  const stream = await reader.open(cover, signal);
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return makePoster(Buffer.concat(parts), posterEdge ?? undefined, limits);
}

/** The poster of a book file that is known to be readable; null when its cover cannot be decoded. `known`: its first page. */
export async function posterOfFile(
  file: string,
  options: AnalyzeOptions,
  known: PageLocation | null = null,
): Promise<Picture | null> {
  const reader = await openBook(file, { limits: options.limits });
  try {
    const isKnown = known !== null && reader.cover === undefined;
    const cover = isKnown ? known : await coverOf(reader, await reader.content({ dimensions: false }));
    return cover && (await posterOrNone(reader, cover, options));
  } finally {
    await reader.close();
  }
}
