import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { ByteSource } from './byte-source';
import { isDict, isName, isRef, PdfEnd, PdfLexer, PdfSyntaxError, type PdfDict, type PdfValue } from './pdf-syntax';

const inflateBytes = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);

/** An object with the bytes that follow its dictionary, by their place in the file. */
export interface PdfStream {
  dict: PdfDict;
  offset: number;
  length: number;
}

/** Objects of a PDF by number, read from the file when they are asked for. */
export interface PdfFile {
  trailer: PdfDict;
  /** Follows references. */
  resolve(value: PdfValue | undefined): Promise<PdfValue>;
  /** A referenced object that has a stream, or null. */
  stream(value: PdfValue | undefined): Promise<PdfStream | null>;
  /** The content of a stream; only without a filter or with FlateDecode. */
  content(stream: PdfStream): Promise<Buffer>;
}

type Place = { offset: number } | { container: number; index: number };

const maxObjects = 2_000_000;
const maxStreamBytes = 32 * 1024 * 1024;
const windows = [2048, 64 * 1024, 2 * 1024 * 1024];

/** Parses at a position, with more and more bytes while the object goes beyond them. */
async function parseAt<T>(source: ByteSource, offset: number, parse: (lexer: PdfLexer) => T): Promise<T> {
  for (const length of windows) {
    const bytes = await source.read(offset, length);
    try {
      const lexer = new PdfLexer(bytes);
      const value = parse(lexer);
      if (lexer.at < bytes.length || bytes.length < length) return value;
    } catch (error) {
      if (!(error instanceof PdfEnd) || bytes.length < length) throw error;
    }
  }
  throw new PdfSyntaxError('object too large');
}

interface Indirect {
  number: number;
  value: PdfValue;
  /** Place of the stream's first byte, from the start of the object. */
  streamAt: number | null;
}

function parseIndirect(lexer: PdfLexer): Indirect {
  const number = lexer.value();
  const generation = lexer.value();
  if (typeof number !== 'number' || typeof generation !== 'number' || lexer.word() !== 'obj')
    throw new PdfSyntaxError('no object');
  const value = lexer.value();
  const keyword = lexer.word();
  if (keyword !== 'stream') return { number, value, streamAt: null };
  if (lexer.at + 2 > lexer.bytes.length) throw new PdfEnd();
  if (lexer.bytes[lexer.at] === 13) lexer.at++;
  if (lexer.bytes[lexer.at] === 10) lexer.at++;
  return { number, value, streamAt: lexer.at };
}

/** The tables of the file, newest first; entries of older ones do not replace newer ones. */
interface Tables {
  places: Map<number, Place>;
  trailer: PdfDict;
}

async function readTables(source: ByteSource, start: number, base: number): Promise<Tables> {
  const places = new Map<number, Place>();
  let trailer: PdfDict | null = null;
  const pending = [start];
  const seen = new Set<number>();
  while (pending.length > 0) {
    const offset = pending.shift() ?? 0;
    if (seen.has(offset) || seen.size > 1000) continue;
    seen.add(offset);
    const dict = await readTable(source, offset + base, base, places);
    trailer ??= dict;
    for (const key of ['XRefStm', 'Prev']) {
      const next = dict.get(key);
      if (typeof next === 'number') pending.push(next);
    }
  }
  if (!trailer) throw new PdfSyntaxError('no trailer');
  return { places, trailer };
}

async function readTable(
  source: ByteSource,
  offset: number,
  base: number,
  places: Map<number, Place>,
): Promise<PdfDict> {
  const isTable = (await source.read(offset, 16)).toString('latin1').trimStart().startsWith('xref');
  return isTable ? readClassicTable(source, offset, base, places) : readStreamTable(source, offset, base, places);
}

function readClassicTable(
  source: ByteSource,
  offset: number,
  base: number,
  places: Map<number, Place>,
): Promise<PdfDict> {
  return parseAt(source, offset, (lexer) => {
    lexer.word(); // xref
    for (;;) {
      const first = lexer.token();
      if (typeof first !== 'number') break; // trailer
      const count = lexer.value();
      if (typeof count !== 'number' || count > maxObjects) throw new PdfSyntaxError('table');
      for (let i = 0; i < count; i++) {
        const place = Number(lexer.word());
        lexer.word(); // generation
        const kind = lexer.word();
        if (kind === '') throw new PdfEnd();
        if (kind === 'n' && !places.has(first + i)) places.set(first + i, { offset: place + base });
      }
    }
    const trailer = lexer.value();
    if (!isDict(trailer)) throw new PdfSyntaxError('trailer');
    return trailer;
  });
}

const numbers = (value: PdfValue | undefined) =>
  Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : [];

async function readStreamTable(
  source: ByteSource,
  offset: number,
  base: number,
  places: Map<number, Place>,
): Promise<PdfDict> {
  const { value, streamAt } = await parseAt(source, offset, parseIndirect);
  if (!isDict(value) || streamAt === null || !isName(value.get('Type'), 'XRef')) throw new PdfSyntaxError('no table');
  const length = value.get('Length');
  if (typeof length !== 'number') throw new PdfSyntaxError('length');
  const rows = await decodeStream(source, { dict: value, offset: offset + streamAt, length });
  const [w0 = 0, w1 = 0, w2 = 0] = numbers(value.get('W'));
  const size = value.get('Size');
  const index = value.has('Index') ? numbers(value.get('Index')) : [0, typeof size === 'number' ? size : 0];
  const field = (at: number, width: number, fallback: number) =>
    width === 0 ? fallback : rows.readUIntBE(at, Math.min(width, 6));
  let at = 0;
  for (let section = 0; section + 1 < index.length; section += 2) {
    for (let i = 0; i < (index[section + 1] ?? 0) && at + w0 + w1 + w2 <= rows.length; i++, at += w0 + w1 + w2) {
      const number = (index[section] ?? 0) + i;
      const kind = field(at, w0, 1);
      const [a, b] = [field(at + w0, w1, 0), field(at + w0 + w1, w2, 0)];
      if (places.has(number)) continue;
      if (kind === 1) places.set(number, { offset: a + base });
      if (kind === 2) places.set(number, { container: a, index: b });
    }
  }
  return value;
}

/** Undoes the PNG row filters that table and object streams are written with. */
function undoPredictor(bytes: Buffer, columns: number): Buffer {
  const rows = Math.floor(bytes.length / (columns + 1));
  const out = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; row++) {
    const filter = bytes[row * (columns + 1)];
    if (filter !== 0 && filter !== 2) throw new PdfSyntaxError('row filter');
    for (let i = 0; i < columns; i++) {
      const above = filter === 2 && row > 0 ? (out[(row - 1) * columns + i] ?? 0) : 0;
      out[row * columns + i] = (bytes[row * (columns + 1) + 1 + i] ?? 0) + above;
    }
  }
  return out;
}

const single = (value: PdfValue | undefined) => (Array.isArray(value) && value.length === 1 ? value[0] : value);

async function decodeStream(source: ByteSource, { dict, offset, length }: PdfStream): Promise<Buffer> {
  if (length > maxStreamBytes) throw new PdfSyntaxError('stream too large');
  const raw = await source.read(offset, length);
  const filter = single(dict.get('Filter'));
  if (filter === undefined || filter === null || (Array.isArray(filter) && filter.length === 0)) return raw;
  if (!isName(filter, 'FlateDecode')) throw new PdfSyntaxError('filter');
  const bytes = await inflateBytes(raw, { maxOutputLength: maxStreamBytes });
  const parameters = single(dict.get('DecodeParms'));
  const predictor = isDict(parameters) ? parameters.get('Predictor') : undefined;
  if (predictor === undefined || predictor === 1) return bytes;
  const columns = isDict(parameters) ? parameters.get('Columns') : undefined;
  if (typeof predictor !== 'number' || predictor < 10) throw new PdfSyntaxError('predictor');
  return undoPredictor(bytes, typeof columns === 'number' ? columns : 1);
}

/** Opens a well-formed PDF by its tables; throws anything for one that is not: then the page renderer has to repair it. */
export async function openPdfFile(source: ByteSource, base: number): Promise<PdfFile> {
  const tail = (await source.read(Math.max(0, source.size - 2048), 2048)).toString('latin1');
  const start = /startxref\s+(\d+)\s+%%EOF/u.exec(tail.slice(Math.max(0, tail.lastIndexOf('startxref'))))?.[1];
  if (start === undefined) throw new PdfSyntaxError('startxref');
  const { places, trailer } = await readTables(source, Number(start), base);
  const containers = new Map<number, Promise<Map<number, PdfValue>>>();

  async function load(number: number): Promise<{ value: PdfValue; stream: PdfStream | null }> {
    const place = places.get(number);
    if (!place) return { value: null, stream: null };
    if ('container' in place) return { value: (await unpacked(place.container)).get(number) ?? null, stream: null };
    const found = await parseAt(source, place.offset, parseIndirect);
    if (found.number !== number) throw new PdfSyntaxError('wrong object');
    if (found.streamAt === null || !isDict(found.value)) return { value: found.value, stream: null };
    const length = await resolve(found.value.get('Length'));
    if (typeof length !== 'number' || length < 0) throw new PdfSyntaxError('length');
    return { value: found.value, stream: { dict: found.value, offset: place.offset + found.streamAt, length } };
  }
  async function resolve(value: PdfValue | undefined, depth = 0): Promise<PdfValue> {
    if (!isRef(value)) return value ?? null;
    if (depth > 16) throw new PdfSyntaxError('reference loop');
    return resolve((await load(value.ref)).value, depth + 1);
  }
  function unpacked(number: number): Promise<Map<number, PdfValue>> {
    const known = containers.get(number) ?? load(number).then(({ stream }) => unpackObjects(source, stream));
    containers.set(number, known);
    return known;
  }
  return {
    trailer,
    resolve,
    stream: async (value) => (isRef(value) ? (await load(value.ref)).stream : null),
    content: (stream) => decodeStream(source, stream),
  };
}

async function unpackObjects(source: ByteSource, stream: PdfStream | null): Promise<Map<number, PdfValue>> {
  if (!stream) throw new PdfSyntaxError('object stream');
  const [count, first] = [stream.dict.get('N'), stream.dict.get('First')];
  if (typeof count !== 'number' || typeof first !== 'number' || count > maxObjects)
    throw new PdfSyntaxError('object stream');
  const bytes = await decodeStream(source, stream);
  const header = new PdfLexer(bytes);
  const objects = new Map<number, PdfValue>();
  for (let i = 0; i < count; i++) {
    const [number, at] = [Number(header.word()), Number(header.word())];
    objects.set(number, new PdfLexer(bytes, first + at).value());
  }
  return objects;
}
