import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { defaultLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import type { BookContent } from '../../../src/media/reader';
import { aPng } from '../../support/pictures';
import { temporaryFolder } from '../../support/temporary';
import { buildZip, type ZipOptions, type ZipPart } from '../../support/zip-builder';

const folder = temporaryFolder();
const page = (name: string, seed = 0, more: Partial<ZipPart> = {}): ZipPart => ({
  name,
  data: aPng(4, 6, seed),
  ...more,
});

async function save(bytes: Buffer, name = 'book.cbz'): Promise<string> {
  const file = path.join(folder.path, name);
  await writeFile(file, bytes);
  return file;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The content and the bytes of every page (or the code of its failure). */
async function readBytes(bytes: Buffer, limits = defaultLimits, name = 'book.cbz') {
  const reader = await openBook(await save(bytes, name), { limits });
  try {
    const content: BookContent = await reader.content();
    const pages: (Buffer | string)[] = [];
    for (const { location } of content.pages) {
      const read = reader.open(location).then(bytesOf);
      pages.push(await read.catch((error: { code: string }) => error.code));
    }
    return { content, pages };
  } finally {
    await reader.close();
  }
}

const readZip = (parts: ZipPart[], options: ZipOptions = {}) => readBytes(buildZip(parts, options));
const names = async (parts: ZipPart[], options: ZipOptions = {}) =>
  (await readZip(parts, options)).content.pages.map(({ name }) => name);

describe('pages of a ZIP', () => {
  test('are the entries that begin like a picture, in natural order, with their size', async () => {
    const { content, pages } = await readZip([
      page('10.jpg', 10),
      { name: 'ComicInfo.xml', data: '<ComicInfo/>' },
      page('2.jpg', 2, { method: 8 }),
      { name: 'fake.jpg', data: '<html></html>' },
      page('no extension', 1),
    ]);
    expect(content.pages.map(({ name }) => name)).toEqual(['2.jpg', '10.jpg', 'no extension']);
    expect(content.pages[0]).toMatchObject({ mediaType: 'image/png', width: 4, height: 6, size: aPng(4, 6, 2).length });
    expect(content.files.map(({ name }) => name)).toEqual(['ComicInfo.xml', 'fake.jpg']);
    expect(pages).toEqual([aPng(4, 6, 2), aPng(4, 6, 10), aPng(4, 6, 1)]);
  });

  test('are not resource forks, previews and hidden files', async () => {
    const parts = [page('__MACOSX/._1.png'), page('@eaDir/1.png/thumb.png'), page('.hidden/1.png'), page('ok/1.png')];
    expect(await names(parts)).toEqual(['ok/1.png']);
  });

  test('are not folders and not symbolic links', async () => {
    const link = page('link.png', 0, { attributes: 0xa1ff_0000 });
    expect(await names([link, page('folder/', 0), page('1.png')])).toEqual(['1.png']);
  });

  test('with equal names are both there and keep their order', async () => {
    const { pages } = await readZip([page('1.png', 1), page('1.png', 2)]);
    expect(pages).toEqual([aPng(4, 6, 1), aPng(4, 6, 2)]);
  });

  test('with names that lead out of the archive are read like all others', async () => {
    expect(await names([page('../../up.png'), page('C:\\drive.png'), page('/root.png')])).toEqual([
      '../../up.png',
      '/root.png',
      'C:/drive.png',
    ]);
  });

  test('with a NUL in the name get one that can be stored', async () => {
    expect(await names([page('a\0b.png')])).toEqual(['a\ufffdb.png']);
  });
});

describe('the directory of a ZIP', () => {
  const parts = [page('1.png', 1), page('2.png', 2, { method: 8 })];
  const cases: [string, ZipOptions][] = [
    ['a long comment', { comment: 'c'.repeat(60_000) }],
    ['a comment that holds the signature of the end', { comment: 'PK\x05\x06'.repeat(10) }],
    ['junk behind the end', { trailer: Buffer.alloc(50_000, 'x') }],
    ['data in front and adjusted offsets', { prefix: Buffer.alloc(3000, 'x') }],
    ['data in front and offsets as they were', { prefix: Buffer.alloc(3000, 'x'), adjusted: false }],
    ['a count that is too high', { count: 9 }],
    ['a count that is too low', { count: 1 }],
    ['a wrong place of the directory', { directoryOffset: 7 }],
  ];
  test.each(cases)('with %s is found', async (_, options) => {
    const { pages, content } = await readZip(parts, options);
    expect(pages).toEqual([aPng(4, 6, 1), aPng(4, 6, 2)]);
    expect(content.problems).toEqual([]);
  });

  test('counts, not the names in the local headers', async () => {
    expect(await names([page('1.png', 1, { localName: 'another name', localExtra: Buffer.alloc(700) })])).toEqual([
      '1.png',
    ]);
  });

  test('of the last part of a split archive is told apart', async () => {
    await expect(readZip(parts, { disk: 1 })).rejects.toMatchObject({ code: 'ERR_1004' });
  });

  test('with more entries than allowed is refused', async () => {
    const limits = { ...defaultLimits, entries: 1 };
    await expect(readBytes(buildZip(parts), limits)).rejects.toMatchObject({ code: 'ERR_2001' });
  });

  test('whose entries share their data is refused', async () => {
    const first = page('1.png', 1);
    const shared = Array.from({ length: 5 }, (_, i) => page(`${i + 2}.png`, 1, { offset: 0 }));
    const zip = buildZip([first, ...shared]);
    const packed = aPng(4, 6, 1).length * 6;
    expect(zip.length).toBeGreaterThan(packed);
    const lying = buildZip(
      [
        first,
        ...Array.from({ length: 40 }, () => ({
          ...first,
          data: '',
          declaredSize: 900,
          declaredCompressedSize: 900,
          offset: 0,
        })),
      ],
      {
        prefix: Buffer.alloc(2000),
      },
    );
    await expect(readBytes(lying)).rejects.toMatchObject({ code: 'ERR_2001' });
  });
});

describe('an entry that cannot be read', () => {
  test('is told of, and the others are pages', async () => {
    const { content } = await readZip([
      page('1.png'),
      page('2.png', 0, { method: 14 }),
      page('3.png', 0, { flags: 1 }),
    ]);
    expect(content.pages.map(({ name }) => name)).toEqual(['1.png']);
    expect(content.problems).toEqual([
      { name: '2.png', code: 'ERR_2004' },
      { name: '3.png', code: 'ERR_1002' },
    ]);
  });

  test('makes the book unsupported when there is no other', async () => {
    await expect(readZip([page('1.png', 0, { method: 14 })])).rejects.toMatchObject({ code: 'ERR_2004', status: 415 });
    await expect(readZip([page('1.png', 0, { flags: 1 })])).rejects.toMatchObject({ code: 'ERR_1002', status: 415 });
  });

  test('because it lies beyond the end leaves the book readable', async () => {
    const { content } = await readZip([page('1.png'), page('2.png', 0, { offset: 99_999 })]);
    expect(content.problems).toEqual([{ name: '2.png', code: 'ERR_2002' }]);
  });

  const wrong: [string, Partial<ZipPart>][] = [
    ['a wrong checksum', { crc32: 1 }],
    ['a wrong checksum, packed', { crc32: 1, method: 8 }],
    ['more bytes than declared', { method: 8, declaredSize: 10 }],
    ['fewer bytes than declared', { method: 8, declaredSize: 5000 }],
  ];
  test.each(wrong)('because of %s fails with a code when it is fetched', async (_, lie) => {
    expect((await readZip([page('1.png', 0, lie)])).pages).toEqual(['ERR_2003']);
  });

  test('because it unpacks to too much is refused before', async () => {
    const bomb = { name: '1.png', data: Buffer.concat([aPng(), Buffer.alloc(40 * 1024 * 1024)]), method: 8 };
    const { content } = await readZip([bomb, page('2.png')]);
    expect(content.problems).toEqual([{ name: '1.png', code: 'ERR_2001' }]);
  });

  test('is streamed and checked when it is large', async () => {
    const limits = { ...defaultLimits, bufferedBytes: 1000 };
    const good = page('1.png', 1, { data: aPng(40, 50, 1), method: 8 });
    const { pages } = await readBytes(buildZip([good, { ...good, name: '2.png', crc32: 5 }]), limits);
    expect(pages).toEqual([aPng(40, 50, 1), 'ERR_2003']);
  });
});

describe('what is no ZIP book', () => {
  test('is told apart by its content', async () => {
    await expect(readBytes(Buffer.from('text'))).rejects.toMatchObject({ code: 'ERR_1001' });
    await expect(readBytes(Buffer.alloc(0))).rejects.toMatchObject({ code: 'ERR_1001' });
    await expect(openBook(path.join(folder.path, 'missing.cbz'))).rejects.toMatchObject({ code: 'ERR_1018' });
  });

  test('and ends early still has the pages that are whole', async () => {
    const parts = [
      page('2.png', 2, { method: 8 }),
      { name: 'note.txt', data: 'x' },
      page('1.png', 1),
      page('3.png', 3),
    ];
    const zip = buildZip(parts);
    const cut = zip.subarray(0, zip.indexOf('3.png') + 60);
    const { content, pages } = await readBytes(cut);
    expect(content.pages.map(({ name }) => name)).toEqual(['1.png', '2.png']);
    expect(content.problems).toEqual([{ name: '', code: 'ERR_2002' }]);
    expect(pages).toEqual([aPng(4, 6, 1), aPng(4, 6, 2)]);
  });

  test('and ends in its first page is damaged', async () => {
    await expect(readBytes(buildZip([page('1.png')]).subarray(0, 70))).rejects.toMatchObject({ code: 'ERR_2002' });
  });

  test('with the name of an EPUB has the wrong type', async () => {
    await expect(readBytes(buildZip([page('1.png')]), defaultLimits, 'book.epub')).rejects.toMatchObject({
      code: 'ERR_1032',
    });
  });
});

describe('files of a ZIP', () => {
  test('are read by their exact name, up to the limit for metadata', async () => {
    const file = await save(
      buildZip([
        { name: 'a/ComicInfo.xml', data: '<ComicInfo/>', method: 8 },
        { name: 'big', data: 'x'.repeat(200) },
      ]),
    );
    const reader = await openBook(file, { limits: { ...defaultLimits, metadataBytes: 100 } });
    expect((await reader.file('a/ComicInfo.xml'))?.toString()).toBe('<ComicInfo/>');
    expect(await reader.file('ComicInfo.xml')).toBeNull();
    expect(await reader.file('big')).toBeNull();
    await reader.close();
  });
});
