import { createDisk, type Disk } from '../../src/library/disk';
import { walk, type FoundSeries, type WalkOptions } from '../../src/library/walk';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { picture, put } from '../support/book-builders';

const options: WalkOptions = {
  ...{ scanCbx: true, scanPdf: true, scanEpub: true, scanImageFolders: true, scanForceModifiedTime: false },
  ...{ scanDirectoryExclusions: [], oneshotsDirectory: null },
};

let root: string;
beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'kiremisu-walk-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function found(more: Partial<WalkOptions> = {}, disk?: Disk): Promise<FoundSeries[]> {
  const series: FoundSeries[] = [];
  let listening = 0;
  const sink = {
    series: async (one: FoundSeries) => {
      listening++;
      await Promise.resolve();
      // whoever listens is told of one series at a time
      expect(listening).toBe(1);
      listening--;
      series.push(one);
    },
    problem: () => undefined,
  };
  await walk(root, { ...options, ...more }, sink, new AbortController().signal, disk);
  return series.sort((a, b) => (a.path < b.path ? -1 : 1));
}

test('a slow disk gives the same as a fast one', async () => {
  for (let number = 0; number < 60; number++) put(root, `S${number}/deep/${number}.cbz`, 'x');
  put(root, 'P/1/1.jpg', await picture());
  const fast = await found();
  const slowDisk = createDisk(0);
  expect(await found({}, slowDisk)).toEqual(fast);
  expect(slowDisk.isSlow).toBe(true);
  expect(fast).toHaveLength(61);
});

test('pictures that are named like books belong to them, others to the series or to nobody', async () => {
  for (const name of [
    'Fox 1.cbz',
    'Fox 2.cbz',
    'fox 1.JPG',
    'Fox 2-1.png',
    'Fox 2-10.webp',
    'other.jpg',
    'Folder.Jpeg',
  ]) {
    put(root, `Fox/${name}`, 'x');
  }
  put(root, 'Fox/series.json', '{}');
  const [series] = await found();
  expect(series!.artwork.map((file) => file.path)).toEqual(['Fox/Folder.Jpeg']);
  expect(series!.seriesJson?.path).toBe('Fox/series.json');
  const beside = series!.books.map((book) => [book.name, book.artwork.map((file) => file.path).sort()]);
  expect(Object.fromEntries(beside)).toEqual({
    'Fox 1': ['Fox/fox 1.JPG'],
    'Fox 2': ['Fox/Fox 2-1.png', 'Fox/Fox 2-10.webp'],
  });
});

test('formats that a library does not take are passed over', async () => {
  for (const name of [
    'a.cbz',
    'b.zip',
    'c.cbr',
    'd.rar',
    'e.pdf',
    'f.epub',
    'g.cb7',
    'h.txt',
    'i.7z',
    'j.cbt',
    'k.tar',
  ])
    put(root, `A/${name}`, 'x');
  const names = (series: FoundSeries[]) => series.flatMap(({ books }) => books.map(({ name }) => name)).sort();
  expect(names(await found())).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'i', 'j', 'k']);
  expect(names(await found({ scanCbx: false }))).toEqual(['e', 'f']);
  expect(names(await found({ scanPdf: false, scanEpub: false }))).toEqual(['a', 'b', 'c', 'd', 'g', 'i', 'j', 'k']);
});

test('a TAR that is packed as a whole is a book, named without both of its extensions', async () => {
  for (const name of ['a.tgz', 'b.tar.gz', 'c.TAR.XZ', 'd.tar.zst', 'notes.gz']) put(root, `A/${name}`, 'x');
  const names = (await found()).flatMap(({ books }) => books.map(({ name }) => name)).sort();
  expect(names).toEqual(['a', 'b', 'c', 'd']);
});

test('of an archive in volumes the first is the book', async () => {
  for (const name of ['a.part1.rar', 'a.part2.rar', 'A.part03.rar', 'b.part02.rar', 'c.part2.cbz'])
    put(root, `A/${name}`, 'x');
  const names = (await found()).flatMap(({ books }) => books.map(({ name }) => name)).sort();
  // without its first the second says what is wrong with it
  expect(names).toEqual(['A.part03', 'a', 'b.part02', 'c.part2']);
});

test('the root itself can be a series', async () => {
  put(root, '1.cbz', 'x');
  put(root, 'sub/2.cbz', 'x');
  const series = await found();
  expect(series.map((one) => [one.path, one.name])).toEqual([
    ['', path.basename(root)],
    ['sub', 'sub'],
  ]);
});

test('a root that is not there, or no folder, is told', async () => {
  put(root, 'file', 'x');
  const sink = { series: () => undefined, problem: () => undefined };
  const { signal } = new AbortController();
  for (const at of ['none', 'file']) {
    await expect(walk(path.join(root, at), options, sink, signal)).rejects.toMatchObject({ code: 'ERR_1016' });
  }
});
