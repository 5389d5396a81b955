import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { isCoded } from '../../../src/base/errors';
import { openBook } from '../../../src/media/open-book';
import type { BookContent, PageEntry, Reader } from '../../../src/media/reader';
import { describeWithReference } from '../../support/reference';
import { temporaryFolder } from '../../support/temporary';

/**
 * Every book of the corpus against its manifest, which was made with other tools (corpus/README.md in the reference
 * folder): the outcome is one of those accepted, pages have the order and the bytes they should have.
 */
interface ExpectedPage {
  name: string;
  sha256: string | null;
  readable?: boolean | 'either';
  optional?: boolean;
  name_optional?: boolean;
}

interface ManifestFile {
  path: string;
  expected: {
    accept: string[];
    pages?: ExpectedPage[];
    page_count?: number;
    accept_page_counts?: number[];
    order?: string;
    sizes?: [number, number][];
    divina?: boolean;
  };
}

interface FoundPage extends PageEntry {
  sha256: string | null;
  code: string | null;
}

interface Found {
  outcome: string;
  content: BookContent | null;
  pages: FoundPage[];
}

async function fetchPage(reader: Reader, page: PageEntry): Promise<FoundPage> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of (await reader.open(page.location)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    if (!isCoded(error)) throw error;
    return { ...page, sha256: null, code: error.code };
  }
  if (page.size !== null) expect(size).toBe(page.size);
  return { ...page, sha256: hash.digest('hex'), code: null };
}

async function readWith(reader: Reader): Promise<Found> {
  const content = await reader.content();
  const pages: FoundPage[] = [];
  // rendering is dear: the tests of PDF look at more than the first page
  const rendered = (page: PageEntry, index: number) => page.location.kind === 'render' && index >= 1;
  for (const [index, page] of content.pages.entries()) {
    pages.push(rendered(page, index) ? { ...page, sha256: '', code: null } : await fetchPage(reader, page));
  }
  if (content.pageCount === 0) return { outcome: 'error', content, pages };
  const isPartial = content.problems.length > 0 || pages.some(({ code }) => code !== null);
  return { outcome: isPartial ? 'ready-partial' : 'ready', content, pages };
}

async function read(file: string): Promise<Found> {
  let reader: Reader | null = null;
  try {
    reader = await openBook(file);
    return await readWith(reader);
  } catch (error) {
    if (!isCoded(error)) throw error;
    return { outcome: error.status === 415 ? 'unsupported' : 'error', content: null, pages: [] };
  } finally {
    await reader?.close();
  }
}

const openFiles = (folder: string) =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // the descriptor of the listing itself
    }
  });

const isCertain = ({ readable = true, optional = false }: ExpectedPage) => readable === true && !optional;
const shownName = (name: string) => name.replaceAll('\\', '/');

function checkPages({ expected }: ManifestFile, { pages }: Found): void {
  const wanted = expected.pages ?? [];
  const hashes = pages.flatMap(({ sha256 }) => sha256 ?? []);
  expect(hashes).toEqual(expect.arrayContaining(wanted.filter(isCertain).flatMap(({ sha256 }) => sha256 ?? [])));
  const known = new Set(wanted.flatMap(({ sha256 }) => sha256 ?? []));
  const unsure = wanted.filter((page) => page.readable === 'either').length;
  expect(hashes.filter((hash) => !known.has(hash)).length).toBeLessThanOrEqual(unsure);
  for (const page of wanted.filter(({ readable }) => readable === false)) expect(hashes).not.toContain(page.sha256);
  if (expected.order === 'any') return;
  const inOrder = wanted.filter(({ sha256 }) => sha256 !== null && hashes.includes(sha256));
  expect(hashes.filter((hash) => known.has(hash))).toEqual(inOrder.map(({ sha256 }) => sha256));
  const names = pages.filter(({ sha256 }) => sha256 !== null && known.has(sha256)).map(({ name }) => name);
  if (!inOrder.some((page) => page.name_optional === true))
    expect(names).toEqual(inOrder.map(({ name }) => shownName(name)));
}

const folder = temporaryFolder();

describeWithReference('the corpus', (reference) => {
  const corpus = path.join(reference, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as { files: ManifestFile[] };
  const books = files.filter((file) => /^(archives|epub|pdf)\//u.test(file.path));
  const rows = books.map((file): [string, ManifestFile] => [file.path, file]);

  test.each(rows)('%s', async (name, file) => {
    const found = await read(path.join(corpus, name));
    const { accept, accept_page_counts: counts, page_count: count, divina } = file.expected;
    expect(accept).toContain(found.outcome);
    if (found.pages.length > 0 && file.expected.pages) checkPages(file, found);
    if (found.outcome === 'ready' && count !== undefined)
      expect(counts ?? [count]).toContain(found.content?.pages.length);
    if (divina !== undefined && found.outcome === 'ready') expect(found.content?.divina).toBe(divina);
  });

  // the manifests accept that a server refuses these: this one does not
  const read7z = [
    'archives/7z/comicbox--Captain Science #001.cb7',
    'archives/7z/komga--7zip.7z',
    'archives/7z/lzma2.cb7',
    'archives/7z/solid-ppmd-named-cbz.cbz',
  ];
  const readTar = ['gzipped', 'pax-long-unicode', 'ustar'].map((name) => `archives/tar/${name}.cbt`);
  const methods = ['bzip2', 'deflate64', 'lzma', 'ppmd', 'xz', 'zstd'].map((name) => `archives/zip/method-${name}.cbz`);
  const volumes = [
    'book.part1.rar',
    'sharpcompress--Rar2.multi/Rar2.multi.rar',
    'sharpcompress--Rar5.multi.part01/Rar5.multi.part01.rar',
  ].map((name) => `archives/rar/volumes/${name}`);
  test.each([...read7z, ...readTar, ...methods, ...volumes])('%s is read, every page of it', async (name) => {
    const found = await read(path.join(corpus, name));
    const expected = books.find((file) => file.path === name)?.expected.pages ?? [];
    expect(found.outcome).toBe('ready');
    expect(found.pages.map(({ sha256 }) => sha256)).toEqual(expected.map(({ sha256 }) => sha256));
  });

  // nothing in these says how their names are written, but the manifest knows it
  const named = ['cp437', 'cp866', 'euckr', 'gbk', 'sjis', 'utf8'].map((name) => `names-${name}-no-flag.cbz`);
  test.each([...named, 'names-unicode-path-extra.cbz', 'names-utf8-flag.cbz'])('archives/zip/%s: pages have their names, in order', async (name) => {
    const found = await read(path.join(corpus, 'archives/zip', name));
    const expected = books.find((file) => file.path === `archives/zip/${name}`)?.expected.pages ?? [];
    expect(expected.length).toBeGreaterThan(2);
    expect(found.pages.map((page) => page.name).sort()).toEqual(expected.map((page) => page.name).sort());
    const numbers = found.pages.map((page) => Number(/(\d+)[^\d]*$/u.exec(page.name)?.[1] ?? 0));
    expect(numbers.filter((number) => number > 0)).toEqual(numbers.filter((number) => number > 0).sort((a, b) => a - b));
  }); // prettier-ignore

  // what is whole in a file that was cut off can be read, and the book says that it is not all
  test.each(['archives/zip/truncated-in-data.cbz', 'archives/zip/truncated-in-directory.cbz'])(
    '%s: the whole pages are saved',
    async (name) => {
      const found = await read(path.join(corpus, name));
      expect(found.outcome).toBe('ready-partial');
      expect(found.content?.problems).toContainEqual({ name: '', code: 'ERR_2002' });
    },
  );

  const refused: [string, string][] = [
    ['archives/7z/encrypted-header.cb7', 'ERR_1002'],
    ['archives/7z/libarchive--test_read_format_7zip_encryption.7z', 'ERR_1002'],
    ['archives/7z/libarchive--test_read_format_7zip_folders_oom.7z', 'ERR_2002'],
    ['archives/7z/libarchive--test_read_format_7zip_malformed2.7z', 'ERR_2002'],
    ['archives/rar/volumes/book.part2.rar', 'ERR_1004'],
  ];
  test.each(refused)('%s is refused with its reason', async (name, code) => {
    await expect(openBook(path.join(corpus, name))).rejects.toMatchObject({ code });
  });

  test('an archive whose second volume is missing has the pages of its first', async () => {
    await copyFile(path.join(corpus, 'archives/rar/volumes/book.part1.rar'), path.join(folder.path, 'x.part1.rar'));
    const found = await read(path.join(folder.path, 'x.part1.rar'));
    const expected = books.find((file) => file.path === 'archives/rar/volumes/book.part1.rar')?.expected.pages ?? [];
    expect(found.outcome).toBe('ready-partial');
    expect(found.content?.problems.map(({ code }) => code)).toEqual(['ERR_2015']);
    expect(found.pages.map(({ sha256 }) => sha256)).toEqual(
      expected.slice(0, found.pages.length).map(({ sha256 }) => sha256),
    );
  });

  (process.platform === 'linux' ? test : test.skip)('leaves no file open', () => {
    expect(openFiles(corpus)).toEqual([]);
  });
});
