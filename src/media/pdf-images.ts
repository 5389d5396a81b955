import type { ByteSource } from './byte-source';
import { openPdfFile, type PdfFile, type PdfStream } from './pdf-file';
import { isDict, isName, isRef, PdfLexer, PdfSyntaxError, type PdfDict, type PdfValue } from './pdf-syntax';
import { pictureSize } from './picture-size';
import { pictureType } from './picture-type';
import type { SpanLocation } from './reader';

/** A page that is nothing but one JPEG, which can be handed out as it lies in the file. */
export interface ScannedPage {
  location: SpanLocation;
  width: number;
  height: number;
}

interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const inherited = ['Resources', 'MediaBox', 'CropBox', 'Rotate'];
const maxContentBytes = 512 * 1024;
const jpegHeadBytes = 256 * 1024;

/** The dictionaries of all pages in order, with what they inherit from the nodes above them. */
async function listPages(file: PdfFile, maxPages: number): Promise<PdfDict[]> {
  const root = await file.resolve(file.trailer.get('Root'));
  const pages: PdfDict[] = [];
  const seen = new Set<number>();
  const visit = async (reference: PdfValue | undefined, above: PdfDict, depth: number): Promise<void> => {
    if (isRef(reference) && seen.has(reference.ref)) throw new PdfSyntaxError('page tree loop');
    if (isRef(reference)) seen.add(reference.ref);
    const node = await file.resolve(reference);
    if (!isDict(node) || depth > 50 || pages.length >= maxPages) throw new PdfSyntaxError('page tree');
    const full = new Map([
      ...inherited.flatMap((key) => (above.has(key) ? [[key, above.get(key) ?? null] as const] : [])),
      ...node,
    ]);
    const kids = await file.resolve(node.get('Kids'));
    if (!Array.isArray(kids)) pages.push(full);
    if (Array.isArray(kids)) for (const kid of kids) await visit(kid, full, depth + 1);
  };
  if (!isDict(root)) throw new PdfSyntaxError('root');
  await visit(root.get('Pages'), new Map(), 0);
  return pages;
}

async function boxOf(file: PdfFile, page: PdfDict): Promise<Box | null> {
  const value = await file.resolve(page.get('CropBox') ?? page.get('MediaBox'));
  if (!Array.isArray(value)) return null;
  const [a, b, c, d] = await Promise.all(value.map((side) => file.resolve(side)));
  if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number') return null;
  return { x0: Math.min(a, c), y0: Math.min(b, d), x1: Math.max(a, c), y1: Math.max(b, d) };
}

type Matrix = [number, number, number, number, number, number];

const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[1] * n[2],
  m[0] * n[1] + m[1] * n[3],
  m[2] * n[0] + m[3] * n[2],
  m[2] * n[1] + m[3] * n[3],
  m[4] * n[0] + m[5] * n[2] + n[4],
  m[4] * n[1] + m[5] * n[3] + n[5],
];

/** What a page's instructions draw: the one picture and where, and the graphics states they use. */
interface Drawing {
  picture: string;
  place: Matrix;
  states: string[];
}

/** Operators that put something on the page; below the picture they do not show, above it they do. */
const painting = new Set(['f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 'S', 's', 'sh', 'BI', 'INLINE']);
const showing = new Set(['Tj', 'TJ', "'", '"']);

/** Reads page instructions; null when they draw more than one picture. Invisible text (of text recognition) does not count. */
export function readDrawing(content: Buffer): Drawing | null {
  const lexer = new PdfLexer(content);
  const states: string[] = [];
  const stack: { matrix: Matrix; clipped: boolean; mode: number }[] = [];
  let state = { matrix: [1, 0, 0, 1, 0, 0] as Matrix, clipped: false, mode: 0 };
  let found: Omit<Drawing, 'states'> | null = null;
  let operands: PdfValue[] = [];
  while (!lexer.atEnd) {
    const token = lexer.token();
    if (typeof token !== 'object' || token === null || !('word' in token)) {
      operands.push(token);
      continue;
    }
    const operator = token.word;
    const [first] = operands;
    if (operator === 'q') stack.push({ ...state });
    if (operator === 'Q') state = stack.pop() ?? state;
    if (operator === 'cm') state.matrix = multiply(matrixOf(operands), state.matrix);
    if (operator === 'Tr') state.mode = typeof first === 'number' ? first : 0;
    if (operator === 'gs' && isName(first)) states.push(first.name);
    if (operator === 'W' || operator === 'W*') state.clipped = true;
    if (showing.has(operator) && state.mode !== 3) return null;
    if (painting.has(operator) && (found || operator === 'BI')) return null;
    if (operator === 'Do') {
      if (found || !isName(first)) return null;
      found = { picture: first.name, place: state.matrix };
    }
    operands = [];
  }
  return found && { ...found, states };
}

function matrixOf(operands: PdfValue[]): Matrix {
  const [a, b, c, d, e, f] = operands.map(Number);
  return [a ?? NaN, b ?? NaN, c ?? NaN, d ?? NaN, e ?? NaN, f ?? NaN];
}

/** True when the picture is upright and its edges are those of the page, within 1 %. */
function fills([a, b, c, d, e, f]: Matrix, box: Box): boolean {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const near = (x: number, y: number, side: number) => Math.abs(x - y) <= side * 0.01;
  return (
    a > 0 &&
    d > 0 &&
    Math.abs(b) + Math.abs(c) < 1e-6 &&
    near(e, box.x0, width) &&
    near(e + a, box.x1, width) &&
    near(f, box.y0, height) &&
    near(f + d, box.y1, height)
  );
}

async function pageContent(file: PdfFile, page: PdfDict): Promise<Buffer> {
  const reference = page.get('Contents');
  const direct = await file.stream(reference);
  const resolved = direct ? null : await file.resolve(reference);
  const parts = Array.isArray(resolved) ? resolved : [];
  const streams = direct ? [direct] : await Promise.all(parts.map((part) => file.stream(part)));
  if (streams.reduce((sum, stream) => sum + (stream?.length ?? 0), 0) > maxContentBytes)
    throw new PdfSyntaxError('content');
  const contents = await Promise.all(streams.map(async (stream) => (stream ? file.content(stream) : Buffer.alloc(0))));
  return Buffer.concat(contents.flatMap((part) => [part, Buffer.from('\n')]));
}

async function resource(file: PdfFile, page: PdfDict, kind: string, name: string): Promise<PdfValue | undefined> {
  const resources = await file.resolve(page.get('Resources'));
  const list = isDict(resources) ? await file.resolve(resources.get(kind)) : null;
  return isDict(list) ? list.get(name) : undefined;
}

async function isPlainColour(file: PdfFile, dict: PdfDict): Promise<boolean> {
  const space = await file.resolve(dict.get('ColorSpace'));
  if (isName(space)) return space.name === 'DeviceRGB' || space.name === 'DeviceGray';
  if (!Array.isArray(space)) return false;
  if (isName(space[0], 'CalRGB') || isName(space[0], 'CalGray')) return true;
  const profile = isName(space[0], 'ICCBased') ? await file.stream(space[1]) : null;
  const components = profile?.dict.get('N');
  return components === 1 || components === 3;
}

/** A JPEG without anything that the page would add to it: mask, other colours, decoding parameters. */
async function isPlainJpeg(file: PdfFile, { dict }: PdfStream): Promise<boolean> {
  const filter = await file.resolve(dict.get('Filter'));
  const only = Array.isArray(filter) && filter.length === 1 ? filter[0] : filter;
  const extras = ['SMask', 'Mask', 'Decode', 'DecodeParms', 'ImageMask', 'SMaskInData', 'OC'];
  if (!isName(dict.get('Subtype'), 'Image') || !isName(only, 'DCTDecode')) return false;
  return !extras.some((key) => dict.has(key)) && isPlainColour(file, dict);
}

/** Opacity, blending and masks of a graphics state change what the picture looks like. */
async function isPlainState(file: PdfFile, page: PdfDict, name: string): Promise<boolean> {
  const state = await file.resolve(await resource(file, page, 'ExtGState', name));
  if (!isDict(state)) return false;
  const opaque = ['ca', 'CA'].every((key) => (state.get(key) ?? 1) === 1);
  const blend = state.get('BM') ?? { name: 'Normal' };
  const mask = state.get('SMask') ?? { name: 'None' };
  return opaque && isName(blend, 'Normal') && isName(mask, 'None') && !state.has('TR') && !state.has('TR2');
}

/** Links and pop-ups are invisible; stamps, notes and form fields are drawn over the page. */
async function hasVisibleNotes(file: PdfFile, page: PdfDict): Promise<boolean> {
  const notes = await file.resolve(page.get('Annots'));
  if (!Array.isArray(notes)) return false;
  const kinds = await Promise.all(notes.map((note) => file.resolve(note)));
  return kinds.some(
    (note) => !isDict(note) || !(isName(note.get('Subtype'), 'Link') || isName(note.get('Subtype'), 'Popup')),
  );
}

/** The JPEG that a page is, or null when it has to be rendered. */
async function scanOf(source: ByteSource, file: PdfFile, page: PdfDict): Promise<ScannedPage | null> {
  const box = await boxOf(file, page);
  const rotation = (await file.resolve(page.get('Rotate'))) ?? 0;
  if (!box || typeof rotation !== 'number' || rotation % 360 !== 0 || (await hasVisibleNotes(file, page))) return null;
  const drawing = readDrawing(await pageContent(file, page));
  if (!drawing || !fills(drawing.place, box)) return null;
  for (const name of drawing.states) if (!(await isPlainState(file, page, name))) return null;
  const picture = await file.stream(await resource(file, page, 'XObject', drawing.picture));
  if (!picture || !(await isPlainJpeg(file, picture))) return null;
  const head = await source.read(picture.offset, Math.min(picture.length, jpegHeadBytes));
  const size = pictureType(head) === 'image/jpeg' ? pictureSize(head) : null;
  // with an unsaid or wrong length the picture would be cut
  const behind = await source.read(picture.offset + picture.length, 16);
  if (!size || !/^\s*endstream/u.test(behind.toString('latin1'))) return null;
  if (size.width !== picture.dict.get('Width') || size.height !== picture.dict.get('Height')) return null;
  return { location: { kind: 'span', offset: picture.offset, size: picture.length }, ...size };
}

/**
 * For each page the JPEG that it consists of, or null. Null for the whole file when its tables are broken or it is
 * encrypted: then only the renderer can say what its pages are.
 */
export async function locateScans(
  source: ByteSource,
  base: number,
  maxPages: number,
): Promise<(ScannedPage | null)[] | null> {
  try {
    const file = await openPdfFile(source, base);
    if (file.trailer.has('Encrypt')) return null;
    const pages = await listPages(file, maxPages);
    const found: (ScannedPage | null)[] = [];
    for (const page of pages) found.push(await scanOf(source, file, page).catch(() => null));
    return found;
  } catch {
    return null;
  }
}
