import { stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { crc32, gzipSync } from 'node:zlib';
import { defaultLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import type { TarPacking } from '../../../src/media/packed-window';
import { createPagePool } from '../../../src/media/page-pool';
import { packWhole } from '../../support/packed-tar-builder';
import { aPng } from '../../support/pictures';
import { buildTar, type TarPart } from '../../support/tar-builder';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();
const mebibytes = 1024 * 1024;

async function save(bytes: Buffer, name = 'book.cbt'): Promise<string> {
  const file = path.join(folder.path, name);
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

const page = (n: number, width = 4): TarPart => ({ name: `${n}.png`, data: aPng(width, 6, n) });
const info: TarPart = { name: 'ComicInfo.xml', data: '<ComicInfo/>' };
const packings: TarPacking[] = ['gzip', 'bzip2', 'xz', 'zstd'];

test.each(packings)('a TAR packed with %s: pages in natural order with their bytes, sizes and metadata', async (packing) => {
  const parts = [page(10, 400), page(2, 300), info, { name: 'folder/', type: '5' }, page(1, 200), { name: 'empty.png' }];
  const { content, pages, comicInfo } = await readAll(await packWhole(buildTar(parts), packing));
  expect(content.container).toBe('tar');
  expect(content.pages.map(({ name, width }) => [name, width])).toEqual([['1.png', 200], ['2.png', 300], ['10.png', 400]]);
  expect(pages).toEqual([aPng(200, 6, 1), aPng(300, 6, 2), aPng(400, 6, 10)]);
  expect(content.problems).toEqual([]);
  expect(comicInfo?.toString()).toBe('<ComicInfo/>');
}); // prettier-ignore

test('what the zstd program packs is read', async () => {
  const packed =
    'KLUv/WQAD0UIAFQNMTAucG5nADA2NDQxNDA0NDA2ACAwAHVzdGFyADAwAIlQTkcNChoKAAAADUlIRFIAAAAEAAAABggAAAAAwVJgqQAAACdJREFUeJxjMNAR0GV4uTs+nYF5JacBw1HeVAkG0ddqTAwLtRZ/AQB3MAjCPOV70wAAAABJRU5ErkJgggAyMzI3kNZYcIFBwOb+O4ZDdgevMKxcra/IUGV9sIshNEW7EQCvfAtrYFxf8DGIXL7pCUNpzvn/DL82WKxkcN3P0cTQ5vblNsOZHhsjANqdDcA5rzocECAwa2G5Dv1ZAaSqWpADqFqFYkil6keq/gdwagKgWchZjfNTB1jK9ekMbG8CV6dnBDM1+kw=';
  const { content, pages } = await readAll(Buffer.from(packed, 'base64'));
  expect(content.pages.map(({ name }) => name)).toEqual(['1.png', '2.png', '10.png']);
  expect(pages).toEqual([1, 2, 10].map((n) => aPng(4, 6, n)));
});

test('gzip in several members, as parallel packers write it, is one archive', async () => {
  const tar = buildTar([page(1), page(2)]);
  const bytes = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]);
  expect((await readAll(bytes)).pages).toEqual([aPng(4, 6, 1), aPng(4, 6, 2)]);
});

test('long names of extended headers are kept', async () => {
  const long = `${'folder/'.repeat(30)}1.png`;
  const pax = `path=x/${long}\n`;
  const parts: TarPart[] = [
    { name: 'pax', data: `${pax.length + 4} ${pax}`, type: 'x' },
    { ...page(1), name: 'cut' },
    { name: '././@LongLink', data: `${long}\0`, type: 'L' },
    { ...page(2), name: 'cut' },
  ];
  const { content } = await readAll(gzipSync(buildTar(parts)));
  expect(content.pages.map(({ name }) => name).sort()).toEqual([`x/${long}`, long].sort());
});

test.each(packings)('something else packed with %s is no book', async (packing) => {
  const packed = await packWhole(Buffer.from('a text '.repeat(1000)), packing);
  await expect(readAll(packed)).rejects.toMatchObject({ code: 'ERR_1001' });
});

test('one that was cut off keeps the pages that are whole, and says so', async () => {
  const bytes = gzipSync(buildTar([page(1, 300), page(2, 300), page(3, 300)]), { level: 0 });
  const { content, pages } = await readAll(bytes.subarray(0, bytes.length - 2600));
  expect(content.pages.map(({ name }) => name)).toEqual(['1.png', '2.png']);
  expect(content.problems).toContainEqual({ name: '3.png', code: 'ERR_2003' });
  expect(content.problems).toContainEqual({ name: '', code: 'ERR_2002' });
  expect(pages).toEqual([aPng(300, 6, 1), aPng(300, 6, 2)]);
});

test('a wrong checksum of the whole is told', async () => {
  const bytes = gzipSync(buildTar([page(1)]));
  bytes.writeUInt32LE(7, bytes.length - 8);
  const { content } = await readAll(bytes);
  expect(content.problems).toEqual([{ name: '', code: 'ERR_2002' }]);
});

test('a header that is damaged inside ends the list', async () => {
  const tar = buildTar([page(1), page(2)]);
  tar[1024 + 5] = 0xff;
  const { content, pages } = await readAll(gzipSync(tar));
  expect(pages).toEqual([aPng(4, 6, 1)]);
  expect(content.problems).toContainEqual({ name: '', code: 'ERR_2002' });
});

test('damage from the first byte on is a damaged file', async () => {
  const bytes = gzipSync(buildTar([page(1)]));
  bytes.fill(0xff, 10, 60);
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'ERR_2002' });
});

test('a bomb is given up when it shows, not when it is over', async () => {
  const data = Buffer.concat([Buffer.from('BM'), Buffer.alloc(100 * mebibytes)]);
  const bytes = gzipSync(buildTar([{ name: '1.bmp', data }]));
  expect(bytes.length).toBeLessThan(mebibytes);
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'ERR_2001' });
});

test.each([
  ['entries', { entries: 2 }],
  ['bytes of all together', { totalBytes: 1000 }],
])('more %s than the limit are refused', async (_, limits) => {
  const bytes = gzipSync(buildTar([page(1), page(2), page(3)]));
  await expect(readAll(bytes, { ...defaultLimits, ...limits })).rejects.toMatchObject({ code: 'ERR_2001' });
});

/** The first block asks LZMA2 for a dictionary: code 34 is 256 MiB, 37 is 768 MiB. */
async function claimWindow(code: number): Promise<Buffer> {
  const bytes = await packWhole(buildTar([page(1)]), 'xz');
  bytes[bytes.indexOf(Buffer.from([0x21, 0x01])) + 2] = code;
  const end = 12 + (bytes[12] ?? 0) * 4;
  bytes.writeUInt32LE(crc32(bytes.subarray(12, end)), end);
  return bytes;
}

test('a window above the limit is refused', async () => {
  await expect(readAll(await claimWindow(34))).rejects.toMatchObject({ code: 'ERR_2001' });
  const zstd = await packWhole(buildTar([page(1)]), 'zstd');
  zstd[5] = (18 << 3) | 0;
  await expect(readAll(zstd)).rejects.toMatchObject({ code: 'ERR_2001' });
});

test('memory that an unpacker may not have ends it, not the process', async () => {
  const limits = { ...defaultLimits, dictionaryBytes: 1024 * mebibytes, decoderBytes: 64 * mebibytes };
  await expect(readAll(await claimWindow(37), limits)).rejects.toMatchObject({
    code: expect.stringMatching(/ERR_200[12]/u) as string,
  });
});

test('what takes too long is ended', async () => {
  const bytes = gzipSync(buildTar([page(1)]));
  await expect(readAll(bytes, { ...defaultLimits, bookMilliseconds: -1 })).rejects.toMatchObject({ code: 'ERR_2006' });
});

test('pages through the pool: one run through the archive makes all of them', async () => {
  const parts = Array.from({ length: 12 }, (_, n) => page(n + 1, 300));
  const file = await save(await packWhole(buildTar(parts), 'xz'), 'pool.tar.xz');
  await utimes(file, 1_000_000, 1_000_000);
  const reader = await openBook(file);
  const { pages } = await reader.content();
  await reader.close();
  const cacheDir = path.join(folder.path, 'cache');
  const pool = await createPagePool({ threads: 1, cacheDir });
  try {
    const request = { path: file, container: 'tar' } as const;
    const [first] = pages;
    const made = await pool.page({ ...request, location: first?.location ?? { kind: 'entry', name: '' } });
    expect(made.data).toEqual(aPng(300, 6, 1));
    const last = pages.at(-1);
    await pool.page({ ...request, location: last?.location ?? { kind: 'entry', name: '' } });
    // from here on nothing can be unpacked any more: the run that made the first page made all of them
    await writeFile(file, Buffer.alloc((await stat(file)).size));
    await utimes(file, 1_000_000, 1_000_000);
    for (const [at, { location }] of pages.entries()) {
      expect((await pool.page({ ...request, location })).data).toEqual(aPng(300, 6, at + 1));
    }
  } finally {
    await pool.close();
  }
});
