import { createDisk, type Disk } from '../../src/library/disk';
import type { FoundSeries } from '../../src/library/found';
import { walk, type WalkOptions, type WalkProblem } from '../../src/library/walk';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
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

test('each folder is listed once, each file asked about once', async () => {
  for (const at of ['A/1.cbz', 'A/2.cbz', 'A/2.jpg', 'A/cover.jpg', 'A/deep/1.cbz', 'B/notes.txt']) put(root, at, 'x');
  const disk = createDisk();
  const [listed, asked]: [string[], string[]] = [[], []];
  const counted: Disk = {
    ...{ list: (folder) => (listed.push(folder), disk.list(folder)), isSlow: false },
    stat: (files) => (asked.push(...files), disk.stat(files)),
  };
  await found({}, counted);
  const below = (places: string[]) => places.map((place) => path.relative(root, place)).sort();
  expect(below(listed)).toEqual(['', 'A', 'A/deep', 'B']);
  // of files that are nothing to us not even that, of folders with books one for their own time
  expect(below(asked)).toEqual(['A', 'A/1.cbz', 'A/2.cbz', 'A/2.jpg', 'A/cover.jpg', 'A/deep', 'A/deep/1.cbz']);
});

test('a folder or file that a share fails to read is told, and leaves the others alone', async () => {
  for (const at of ['A/1.cbz', 'A/2.cbz', 'Bad/1.cbz', 'C/1.cbz']) put(root, at, 'x');
  const disk = createDisk();
  const failed = Object.assign(new Error('input/output error'), { code: 'EIO' });
  const flaky: Disk = {
    ...{ isSlow: false, list: (folder) => (folder.endsWith('Bad') ? Promise.resolve({ failed }) : disk.list(folder)) },
    stat: async (files) => {
      const results = await disk.stat(files);
      return results.map((result, index) => (files[index]?.endsWith('A/2.cbz') ? { failed } : result));
    },
  };
  const [series, problems]: [FoundSeries[], WalkProblem[]] = [[], []];
  const sink = {
    series: (one: FoundSeries) => void series.push(one),
    problem: (one: WalkProblem) => problems.push(one),
  };
  await walk(root, options, sink, new AbortController().signal, flaky);
  expect(series.map((one) => [one.path, one.books.map(({ path: at }) => at)]).sort()).toEqual([
    ['A', ['A/1.cbz']],
    ['C', ['C/1.cbz']],
  ]);
  expect(problems.map(({ path: at, code }) => [at, code]).sort()).toEqual([
    ['A/2.cbz', 'ERR_1000'],
    ['Bad', 'ERR_1000'],
  ]);
});

test('a series is as new as its folder, or as its newest book where the library wants that', async () => {
  const old = new Date('2001-02-03');
  const times = async (scanForceModifiedTime: boolean) => (await found({ scanForceModifiedTime }))[0]!.modifiedAt;
  const file = put(root, 'A/1.cbz', 'x');
  utimesSync(path.join(root, 'A'), old, old);
  const newer = new Date('2040-05-06');
  utimesSync(file, newer, newer);
  expect(await times(true)).toBe(newer.getTime());
  expect(await times(false)).toBeLessThan(newer.getTime());
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
