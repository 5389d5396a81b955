import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { openBook } from '../../../src/media/open-book';
import type { TarPacking } from '../../../src/media/packed-window';
import { createPagePool, type PagePool } from '../../../src/media/page-pool';
import { packWhole } from '../../support/packed-tar-builder';
import { readMark, type PageMark } from '../../support/page-mark';
import { describeWithReference } from '../../support/reference';
import { buildSevenZip } from '../../support/seven-zip-builder';
import { buildTar } from '../../support/tar-builder';
import { temporaryFolder } from '../../support/temporary';
import { buildZip } from '../../support/zip-builder';

/**
 * Container × compression × picture format: number and order of pages, their bytes, and first, middle and last page by
 * their pixels, which hold a mark that the corpus drew and its manifest tells. RARs that are packed, PDFs and EPUBs of other
 * makers cannot be made here: those of the corpus are used.
 */
interface Picture {
  name: string;
  data: Buffer;
  mark: PageMark;
}

interface ManifestFile {
  path: string;
  expected: { format?: string; outcome?: string; mark?: PageMark | null; marks?: PageMark[]; accept?: string[]; order?: string; pages?: { sha256: string; mark?: PageMark; readable?: boolean | string }[] };
} // prettier-ignore

const folder = temporaryFolder();
let pool: PagePool;
beforeAll(async () => {
  pool = await createPagePool({ threads: 1, cacheDir: path.join(folder.path, 'cache') });
});
afterAll(() => pool.close());

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Content, bytes of all pages, and the marks of three of them after conversion in a thread. */
async function readBook(file: string) {
  const reader = await openBook(file);
  try {
    const { container, pages } = await reader.content();
    const data: Buffer[] = [];
    for (const { location } of pages) data.push(await reader.open(location).then(bytesOf));
    const marks: (PageMark | null)[] = [];
    for (const at of new Set([0, pages.length >> 1, pages.length - 1])) {
      const { location } = pages[at] ?? { location: { kind: 'render', page: 1 } as const };
      const made = await pool.page({ path: file, container, location, convert: 'png', maxWidth: 320 });
      marks.push(await readMark(made.data));
    }
    return { container, pages, data, marks };
  } finally {
    await reader.close();
  }
}

const some = <T>(list: T[]): (T | undefined)[] =>
  [...new Set([0, list.length >> 1, list.length - 1])].map((at) => list[at]);

const seven = (...options: string[]) => (parts: Picture[]) => buildSevenZip(parts, options); // prettier-ignore

/** Entries whose data are streams of their own. */
async function oneByOne(parts: Picture[], method: number, packing: TarPacking): Promise<Buffer> {
  const packed = await Promise.all(
    parts.map(async ({ name, data }) => {
      const inner = await packWhole(data, packing);
      return { name, data: inner, method, declaredSize: data.length, crc32: crc32(data) };
    }),
  );
  return buildZip(packed);
}

const mediaTypes: Record<string, string> = { ico: 'image/vnd.microsoft.icon' };

/** Pictures that are the spine themselves; their order is that of the spine, whatever they are called. */
function epubOf(parts: Picture[]): Buffer {
  const container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>';
  const typeOf = (name: string) => mediaTypes[path.extname(name).slice(1)] ?? `image/${path.extname(name).slice(1)}`;
  const items = parts.map(({ name }, n) => `<item id="i${n}" href="${name}" media-type="${typeOf(name)}"/>`).join('');
  const spine = parts.map((_, n) => `<itemref idref="i${n}"/>`).join('');
  const opf = `<package version="3.0"><metadata/><manifest>${items}</manifest><spine>${spine}</spine></package>`;
  const documents = [
    { name: 'mimetype', data: 'application/epub+zip' },
    { name: 'META-INF/container.xml', data: container },
    { name: 'b.opf', data: opf },
  ];
  return buildZip([...documents, ...parts]);
}

/** The corpus's own writer: stored, since nobody else may pack a RAR. */
interface RarWriter {
  writeRar4(parts: Picture[], options?: { prefix?: Buffer }): Buffer;
  writeRar5(parts: Picture[], options?: { prefix?: Buffer }): Buffer;
  writeRar5(parts: Picture[], options: { volumeSize: number }): Buffer[];
}

const stub = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(40_000, 0x90)]);

const containers: [string, string, (parts: Picture[]) => Promise<Buffer>][] = [
  ['ZIP, stored', 'zip', (parts) => Promise.resolve(buildZip(parts))],
  ['ZIP, deflate', 'zip', (parts) => Promise.resolve(buildZip(parts.map((part) => ({ ...part, method: 8 }))))],
  ['ZIP, deflate64', 'zip', seven('-tzip', '-mm=Deflate64')],
  ['ZIP, bzip2', 'zip', seven('-tzip', '-mm=BZip2')],
  ['ZIP, LZMA', 'zip', seven('-tzip', '-mm=LZMA')],
  ['ZIP, PPMd', 'zip', seven('-tzip', '-mm=PPMd')],
  ['ZIP, xz', 'zip', (parts) => oneByOne(parts, 95, 'xz')],
  ['ZIP, zstd', 'zip', (parts) => oneByOne(parts, 93, 'zstd')],
  ['7z, LZMA2 solid', '7z', seven()],
  ['7z, LZMA2 one by one', '7z', seven('-ms=off')],
  ['7z, LZMA in blocks', '7z', seven('-m0=LZMA', '-ms=3f')],
  ['7z, PPMd solid', '7z', seven('-m0=PPMd')],
  ['7z, bzip2', '7z', seven('-m0=BZip2')],
  ['7z, deflate', '7z', seven('-m0=Deflate')],
  ['7z, copied', '7z', seven('-mx=0')],
  ['TAR', 'tar', (parts) => Promise.resolve(buildTar(parts))],
  ['TAR in gzip', 'tar', (parts) => packWhole(buildTar(parts), 'gzip')],
  ['TAR in bzip2', 'tar', (parts) => packWhole(buildTar(parts), 'bzip2')],
  ['TAR in xz', 'tar', (parts) => packWhole(buildTar(parts), 'xz')],
  ['TAR in zstd', 'tar', (parts) => packWhole(buildTar(parts), 'zstd')],
];

describeWithReference('every container with every picture format', (reference) => {
  const corpus = path.join(reference, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as { files: ManifestFile[] };
  const formats = new Set<string>();
  const pictures = files.flatMap(({ path: name, expected: { format = '', outcome, mark } }): Picture[] => {
    if (!name.startsWith('images/') || outcome !== 'decodable' || !mark || format === 'svg' || formats.has(format)) return [];
    formats.add(format);
    return [{ name: `${formats.size}.${format}`, data: readFileSync(path.join(corpus, name)), mark }];
  }); // prettier-ignore

  test('the formats are all there', () => {
    const expected = ['avif', 'bmp', 'gif', 'heic', 'ico', 'jp2', 'jpeg', 'jxl', 'png', 'tiff', 'webp'];
    expect([...formats].sort()).toEqual(expect.arrayContaining(expected.filter((format) => format !== 'ico')));
  });

  // turned so that each format is first, in the middle and last somewhere
  const turned = (by: number) => [...pictures.slice(by % pictures.length), ...pictures.slice(0, by % pictures.length)];
  const inOrder = (list: Picture[]) => list.map((one, at) => ({ ...one, name: `p${at + 1}.${one.name}` }));

  test.each(containers.map((row, at) => [...row, at] as const))('%s', async (name, container, build, at) => {
    const parts = inOrder(turned(at));
    const file = path.join(folder.path, `${name.replaceAll(/\W/gu, '')}.bin`);
    await writeFile(file, await build([...parts].reverse()));
    const book = await readBook(file);
    expect(book.container).toBe(container);
    expect(book.pages.map((page) => page.name)).toEqual(parts.map((part) => part.name));
    expect(book.data).toEqual(parts.map(({ data }) => data));
    expect(book.marks).toEqual(some(parts).map((part) => part?.mark));
  });

  const writer = () => import(path.join(reference, 'corpus/lib/rar-writer.mjs')) as Promise<RarWriter>;
  const rars: [string, string, (rar: RarWriter, parts: Picture[]) => Buffer][] = [
    ['RAR 5', 'rar5', (rar, parts) => rar.writeRar5(parts)],
    ['RAR 5 behind a program', 'rar5', (rar, parts) => rar.writeRar5(parts, { prefix: stub })],
    ['RAR 4', 'rar4', (rar, parts) => rar.writeRar4(parts)],
    ['RAR 4 behind a program', 'rar4', (rar, parts) => rar.writeRar4(parts, { prefix: stub })],
  ];
  test.each(rars.map((row, at) => [...row, at] as const))('%s, stored', async (name, container, build, at) => {
    const parts = inOrder(turned(at + 3));
    const file = path.join(folder.path, `${name.replaceAll(/\W/gu, '')}.cbr`);
    await writeFile(file, build(await writer(), [...parts].reverse()));
    const book = await readBook(file);
    expect(book.container).toBe(container);
    expect(book.data).toEqual(parts.map(({ data }) => data));
    expect(book.marks).toEqual(some(parts).map((part) => part?.mark));
  });

  test('RAR 5 in volumes', async () => {
    const parts = inOrder(turned(7));
    const volumes = (await writer()).writeRar5([...parts].reverse(), { volumeSize: 60_000 });
    const files = volumes.map((_, at) => path.join(folder.path, `set.part${String(at + 1).padStart(2, '0')}.rar`));
    for (const [at, file] of files.entries()) await writeFile(file, volumes[at] ?? Buffer.alloc(0));
    expect(files.length).toBeGreaterThan(2);
    const book = await readBook(files[0] ?? '');
    expect(book.data).toEqual(parts.map(({ data }) => data));
    expect(book.marks).toEqual(some(parts).map((part) => part?.mark));
  });

  test('EPUB of pictures', async () => {
    const parts = inOrder(turned(2)).toReversed();
    const file = path.join(folder.path, 'pictures.epub');
    await writeFile(file, epubOf(parts));
    const book = await readBook(file);
    expect(book.container).toBe('epub');
    expect(book.data).toEqual(parts.map(({ data }) => data));
    expect(book.marks).toEqual(some(parts).map((part) => part?.mark));
  });

  const documents = files.flatMap(({ path: name, expected: { marks = [] } }): [string, PageMark[]][] =>
    /^(?:epub|pdf)\//u.test(name) && marks.length > 1 ? [[name, marks]] : [],
  );
  test.each(documents)('%s: first, middle and last page', async (name, marks) => {
    const book = await readBook(path.join(corpus, name));
    expect(book.pages).toHaveLength(marks.length);
    expect(book.marks).toEqual(some(marks));
  });

  test('a folder', async () => {
    const parts = inOrder(turned(5));
    const place = await mkdtemp(path.join(folder.path, 'pictures-'));
    await mkdir(path.join(place, 'below'));
    for (const { name, data } of parts) await writeFile(path.join(place, 'below', name), data);
    const book = await readBook(place);
    expect(book.data).toEqual(parts.map(({ data }) => data));
    expect(book.marks).toEqual(some(parts).map((part) => part?.mark));
  });

  const marked = files.filter(({ path: name, expected: { accept = [], pages = [], order } }) => {
    const isBook = /^archives\/(?:rar|zip)\/(?!.*(?:bomb|hostile|truncated|crc|corrupt|size-too|encrypted))|^epub\//u.test(name);
    const isCertain = order !== 'any' && pages.every(({ mark, readable = true }) => mark && readable === true);
    return isBook && isCertain && accept.includes('ready') && pages.length > 2;
  }); // prettier-ignore
  test.each(marked.map((file) => [file.path, file] as const))('%s', async (name, { expected: { pages = [] } }) => {
    const book = await readBook(path.join(corpus, name));
    expect(book.pages).toHaveLength(pages.length);
    expect(book.marks).toEqual(some(pages).map((page) => page?.mark));
  });
});
