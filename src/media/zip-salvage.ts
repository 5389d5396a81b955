import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { Parse, type Entry } from 'unzipper';
import { fail } from '../base/errors';
import { compareNatural } from '../base/natural-order';
import type { MediaLimits } from './limits';
import { pictureSize } from './picture-size';
import { isHiddenName, otherType, pictureType } from './picture-type';
import type { BookContent, Reader } from './reader';
import { bufferStream } from './zip-entry';
import { cleanName } from './zip-names';

/**
 * Archives whose directory is missing (an unfinished download) or useless. Their entries can only be found by going
 * through the file from the start, which is what unzipper is for: slow, but whatever is whole is a page.
 */
interface Salvaged {
  index: number;
  name: string;
  bytes: Buffer;
}

/** unzipper gives these fields; its types leave the flags out. */
interface Header {
  flags: number;
  compressionMethod: number;
  crc32: number;
}

async function collect(entry: Entry, limits: MediaLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > limits.entryBytes) throw fail('ERR_2001', { bytes: total });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}

/** Encrypted data and methods that are not understood would come out as if they were the page. */
function isReadable({ flags, compressionMethod }: Header): boolean {
  return (flags & 1) === 0 && (compressionMethod === 0 || compressionMethod === 8);
}

/** With sizes behind the data, there is no checksum in front of it. */
const isIntact = (bytes: Buffer, header: Header) =>
  (header.flags & 8) !== 0 || header.crc32 === 0 || crc32(bytes) >>> 0 === header.crc32 >>> 0;

/** A parser that met damage may wait for more of the entry for ever. */
const lingerMilliseconds = 500;

/**
 * Gives every entry that is whole, in the order of the file, until the visitor says stop or there are no more. The end
 * of a damaged file is an error of the parser, or silence; either way what came before it counts.
 */
function visitWhole(file: string, limits: MediaLimits, visit: (entry: Salvaged) => boolean): Promise<void> {
  const input = createReadStream(file, { highWaterMark: 256 * 1024 });
  const parser = Parse();
  let index = 0;
  const take = async (entry: Entry, isTooLate: () => boolean): Promise<boolean> => {
    const header = entry.vars as unknown as Header;
    const place = index++;
    if (place >= limits.entries) return false;
    if (entry.type !== 'File' || !isReadable(header)) {
      await entry.autodrain().promise();
      return true;
    }
    const bytes = await collect(entry, limits);
    if (isTooLate()) return false;
    return !isIntact(bytes, header) || visit({ index: place, name: cleanName(entry.path), bytes });
  };
  return new Promise((resolve) => {
    let timer = setTimeout(() => stop(), limits.bookMilliseconds);
    let taken: Promise<unknown> = Promise.resolve();
    let isOver = false;
    const stop = () => {
      isOver = true;
      clearTimeout(timer);
      input.destroy();
      parser.destroy();
      resolve();
    };
    const linger = () => {
      if (isOver) return;
      clearTimeout(timer);
      timer = setTimeout(stop, lingerMilliseconds);
    };
    // what was read whole before the damage is still on its way to the visitor
    const finish = () => {
      linger();
      void taken.then(stop);
    };
    parser.on('entry', (entry: Entry) => {
      entry.on('error', finish);
      const goesOn = take(entry, () => isOver);
      taken = Promise.allSettled([taken, goesOn]);
      goesOn.then((yes) => !yes && stop(), finish);
    });
    parser.on('error', finish).on('close', finish);
    // a parser that got less than it wants says nothing
    input.on('error', finish).on('close', linger);
    input.pipe(parser);
  });
}

async function salvagedContent(file: string, limits: MediaLimits): Promise<BookContent> {
  const problems = [{ name: '', code: 'ERR_2002' }];
  const content: BookContent = { container: 'zip', pages: [], files: [], problems, divina: true, pageCount: 0 };
  await visitWhole(file, limits, ({ index, name, bytes }) => {
    const mediaType = isHiddenName(name) ? null : pictureType(bytes);
    if (!mediaType) content.files.push({ name, mediaType: otherType(name), size: bytes.length });
    if (!mediaType) return true;
    const { width, height } = pictureSize(bytes) ?? { width: null, height: null };
    content.pages.push({
      name,
      mediaType,
      width,
      height,
      size: bytes.length,
      location: { kind: 'entry', name, index },
    });
    return true;
  });
  if (content.pages.length === 0) throw fail('ERR_2002', { reason: 'no directory, no whole page' });
  content.pages.sort((a, b) => compareNatural(a.name, b.name));
  return { ...content, pageCount: content.pages.length };
}

async function find(file: string, limits: MediaLimits, isWanted: (entry: Salvaged) => boolean): Promise<Buffer | null> {
  let found: Buffer | null = null;
  await visitWhole(file, limits, (entry) => {
    if (isWanted(entry)) found = entry.bytes;
    return found === null;
  });
  return found;
}

async function openSalvaged(
  file: string,
  index: number | undefined,
  limits: MediaLimits,
  signal?: AbortSignal,
): Promise<Readable> {
  const bytes = await find(file, limits, (entry) => entry.index === index);
  if (!bytes) throw fail('ERR_2003', { index });
  return bufferStream(bytes, signal);
}

/** A ZIP without a usable directory: each access goes through the file, so pages of it belong to the page pool. */
export function openDamagedZip(file: string, limits: MediaLimits): Reader {
  return {
    container: 'zip',
    content: () => salvagedContent(file, limits),
    file: (name) => find(file, limits, (entry) => entry.name === name && entry.bytes.length <= limits.metadataBytes),
    open(location, signal) {
      if (location.kind !== 'entry') return Promise.reject(fail('ERR_2003', { kind: location.kind }));
      return openSalvaged(file, location.index, limits, signal);
    },
    close: () => Promise.resolve(),
  };
}
