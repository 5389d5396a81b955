import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { defaultLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import { unpackEntry } from '../../../src/media/packed-book';
import { readSevenZipBook } from '../../../src/media/seven-zip-book';
import { openSource } from '../../../src/media/byte-source';
import { aPng } from '../../support/pictures';
import { buildSevenZip, type PackedPart } from '../../support/seven-zip-builder';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();
const page = (name: string, seed: number): PackedPart => ({ name, data: aPng(40, 60, seed) });
const fourPages = [1, 2, 3, 10].map((n) => page(`page ${n}.png`, n));

async function save(bytes: Buffer): Promise<string> {
  const file = path.join(folder.path, 'book.cb7');
  await writeFile(file, bytes);
  return file;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readAll(bytes: Buffer, limits = defaultLimits) {
  const reader = await openBook(await save(bytes), { limits });
  try {
    const content = await reader.content();
    const pages: (Buffer | string)[] = [];
    for (const { location } of content.pages) {
      pages.push(await reader.open(location).then(bytesOf, (error: { code: string }) => error.code));
    }
    return { content, pages, comicInfo: await reader.file('ComicInfo.xml') };
  } finally {
    await reader.close();
  }
}

const layouts: [string, string[]][] = [
  ['one block for all', []],
  ['a block for each', ['-ms=off']],
  ['blocks of two', ['-ms=2f']],
  ['PPMd', ['-m0=PPMd']],
  ['bzip2', ['-m0=BZip2']],
  ['nothing packed', ['-mx=0']],
];

/** Puts another window into the header of an LZMA archive, and makes its checksums right again. */
function claimWindow(bytes: Buffer, window: number): Buffer {
  const start = 32 + Number(bytes.readBigUInt64LE(12));
  bytes.writeUInt32LE(window, bytes.indexOf(Buffer.from([3, 1, 1, 5, 0x5d]), start) + 5);
  bytes.writeUInt32LE(crc32(bytes.subarray(start)), 28);
  bytes.writeUInt32LE(crc32(bytes.subarray(12, 32)), 8);
  return bytes;
}

test.each(layouts)('a 7z with %s: pages in natural order with their bytes, sizes and metadata', async (_, options) => {
  const info = { name: 'ComicInfo.xml', data: '<ComicInfo/>' };
  const { content, pages, comicInfo } = await readAll(await buildSevenZip([...fourPages, info], options));
  expect(content.container).toBe('7z');
  expect(content.pages.map(({ name }) => name)).toEqual(['page 1.png', 'page 2.png', 'page 3.png', 'page 10.png']);
  expect(content.pages[0]).toMatchObject({ mediaType: 'image/png', width: 40, height: 60 });
  expect(pages).toEqual([1, 2, 3, 10].map((n) => aPng(40, 60, n)));
  expect(comicInfo?.toString()).toBe('<ComicInfo/>');
});

test('names that 7-Zip would take for patterns, options or lists are names', async () => {
  const odd = ['-oops.png', '@list.png', 'a*b?.png', '!x.png', ' space.png', 'Path = x.png', 'größe 第1話.png'];
  const parts = odd.map((name, n) => page(name, n));
  const { content, pages } = await readAll(await buildSevenZip(parts, ['-ms=off']));
  expect(content.pages).toHaveLength(odd.length);
  expect(pages).toEqual(content.pages.map(({ name }) => aPng(40, 60, odd.indexOf(name))));
});

test('folders and empty files are no pages', async () => {
  const parts = [page('one/1.png', 1), { name: 'one/empty.png', data: '' }, page('two/1.png', 2)];
  const { content, pages } = await readAll(await buildSevenZip(parts));
  expect(content.pages.map(({ name }) => name)).toEqual(['one/1.png', 'two/1.png']);
  expect(pages).toEqual([aPng(40, 60, 1), aPng(40, 60, 2)]);
});

test.each([['entries', ['-psecret']], ['names too', ['-psecret', '-mhe=on']]])('encrypted %s are told as such', async (_, options) => {
  await expect(readAll(await buildSevenZip(fourPages, options))).rejects.toMatchObject({ code: 'ERR_1002' });
}); // prettier-ignore

test('a block that is damaged costs its own pages', async () => {
  const bytes = await buildSevenZip(fourPages, ['-ms=off', '-mx=0']);
  const at = bytes.indexOf(aPng(40, 60, 2).subarray(-40));
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  const { content, pages } = await readAll(bytes);
  expect(content.pages.map(({ name }) => name)).toEqual(['page 1.png', 'page 3.png', 'page 10.png']);
  expect(content.problems).toEqual([{ name: 'page 2.png', code: 'ERR_2003' }]);
  expect(pages).toEqual([1, 3, 10].map((n) => aPng(40, 60, n)));
});

test('an archive that was cut off is damaged', async () => {
  const bytes = await buildSevenZip(fourPages);
  await expect(readAll(bytes.subarray(0, bytes.length - 20))).rejects.toMatchObject({ code: 'ERR_2002' });
});

test.each([
  ['a window', { dictionaryBytes: 1000 }],
  ['entries', { entryBytes: 1000 }],
  ['a ratio', { ratio: 0.1, ratioFromBytes: 100 }],
  ['a directory', { directoryBytes: 100 }],
  ['a number of entries', { entries: 3 }],
])('%s beyond the limit is refused', async (_, limits) => {
  const bytes = await buildSevenZip(fourPages);
  await expect(readAll(bytes, { ...defaultLimits, ...limits })).rejects.toMatchObject({ code: 'ERR_2001' });
});

test('a decoder that may not have the memory it wants says so', async () => {
  const bytes = claimWindow(await buildSevenZip(fourPages, ['-m0=LZMA', '-mhc=off']), 1024 * 1024 * 1024);
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'ERR_2001' });
  const limits = { ...defaultLimits, dictionaryBytes: Infinity, decoderBytes: 64 * 1024 * 1024 };
  await expect(readAll(bytes, limits)).rejects.toMatchObject({ code: 'ERR_2001' });
});

test('what takes too long is ended', async () => {
  const file = await save(await buildSevenZip(fourPages));
  const book = await readSevenZipBook(file, await openSource(file), defaultLimits);
  const failure = await book.unpack({ deadline: 0, from: 0, wants: () => true, write: () => true, done: () => true });
  expect(failure).toEqual({ index: expect.any(Number) as number, code: 'ERR_2006' });
});

test('the exit code of the process is left alone', async () => {
  const before = process.exitCode;
  const bytes = await buildSevenZip(fourPages);
  await readAll(bytes.subarray(0, bytes.length - 20)).catch(() => undefined);
  expect(process.exitCode).toBe(before);
});

test('a single entry of blocks is read without those before it', async () => {
  const file = await save(await buildSevenZip(fourPages, ['-ms=off']));
  const book = await readSevenZipBook(file, await openSource(file), defaultLimits);
  const last = book.entries.findLast(({ file: isFile }) => isFile);
  const seen: number[] = [];
  const plan = { deadline: Infinity, from: last?.index ?? 0, write: () => true, done: () => true };
  await book.unpack({ ...plan, wants: (index) => seen.push(index) > 0 });
  expect(seen).toEqual([last?.index]);
  const expected = fourPages.find(({ name }) => name === last?.name)?.data;
  expect(await unpackEntry(book, last?.index ?? 0)).toEqual(expected);
});

test.each(['LZMA', 'BZip2', 'Deflate64', 'PPMd'])('a ZIP whose entries are packed with %s is read', async (method) => {
  const bytes = await buildSevenZip(fourPages, ['-tzip', `-mm=${method}`]);
  const { content, pages } = await readAll(bytes);
  expect(content.container).toBe('zip');
  expect(pages).toEqual([1, 2, 3, 10].map((n) => aPng(40, 60, n)));
});

test('an entry of a ZIP with a wrong checksum is a damaged page, whatever packed it', async () => {
  const bytes = await buildSevenZip([page('1.png', 1)], ['-tzip', '-mm=BZip2']);
  const central = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  bytes.writeUInt32LE(7, central + 16);
  const { pages } = await readAll(bytes);
  expect(pages).toEqual(['ERR_2003']);
});
