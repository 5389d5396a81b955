import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { defaultLimits, type MediaLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import { createPagePool, type PagePool, type PageRequest } from '../../../src/media/page-pool';
import { buildPdf } from '../../support/pdf-builder';
import { aPng } from '../../support/pictures';
import { buildSevenZip } from '../../support/seven-zip-builder';
import { describeWithReference } from '../../support/reference';
import { temporaryFolder } from '../../support/temporary';
import { buildZip } from '../../support/zip-builder';

const folder = temporaryFolder();
const pools: PagePool[] = [];
let number = 0;

async function newPool(limits: Partial<MediaLimits> = {}, cacheBytes = 64 * 1024 * 1024) {
  const cacheDir = path.join(folder.path, `cache-${number++}`);
  const pool = await createPagePool({ threads: 1, limits: { ...defaultLimits, ...limits }, cacheDir, cacheBytes });
  pools.push(pool);
  return { pool, cached: () => readdirSync(cacheDir).length };
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

async function save(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder.path, name);
  await writeFile(file, bytes);
  return file;
}

async function requestFor(file: string, page = 0): Promise<PageRequest> {
  const reader = await openBook(file);
  const { container, pages } = await reader.content();
  await reader.close();
  const entry = pages[page];
  if (!entry) throw new Error('the book has no such page');
  return { path: file, container, location: entry.location };
}

const onePage = { content: '1 0 0 rg 0 0 200 300 re f', page: '/MediaBox [0 0 200 300]' };

test('a page of a PDF is rendered in a thread, once for all who want it, and kept', async () => {
  const { pool, cached } = await newPool();
  const request = await requestFor(await save('one.pdf', buildPdf([onePage])));
  const [first, second] = await Promise.all([pool.page(request), pool.page(request)]);
  expect(first.mediaType).toBe('image/jpeg');
  expect(second.data).toEqual(first.data);
  const { dominant } = await sharp(first.data).stats();
  expect(dominant).toEqual({ r: 248, g: 8, b: 8 });
  expect(cached()).toBe(1);
  expect((await pool.page(request)).data).toEqual(first.data);
});

test('a page of a ZIP is converted and made narrower', async () => {
  const { pool, cached } = await newPool();
  const request = await requestFor(await save('one.cbz', buildZip([{ name: '1.png', data: aPng(40, 60), method: 8 }])));
  const made = await pool.page({ ...request, convert: 'jpeg', maxWidth: 20 });
  expect(made.mediaType).toBe('image/jpeg');
  expect(await sharp(made.data).metadata()).toMatchObject({ format: 'jpeg', width: 20, height: 30 });
  await pool.page({ ...request, convert: 'png' });
  expect(cached()).toBe(2);
});

test('a page of an archive that was cut off is found', async () => {
  const { pool } = await newPool();
  const zip = buildZip([
    { name: '1.png', data: aPng(4, 6, 1), method: 8 },
    { name: '2.png', data: aPng(4, 6, 2) },
  ]);
  const file = await save('cut.cbz', zip.subarray(0, zip.length - 60));
  for (const seed of [1, 2]) expect((await pool.page(await requestFor(file, seed - 1))).data).toEqual(aPng(4, 6, seed));
});

test('another file at the same path has other pages', async () => {
  const { pool } = await newPool();
  const made: Buffer[] = [];
  for (const seed of [1, 2]) {
    const file = await save('same.cbz', buildZip([{ name: '1.png', data: aPng(40 + seed, 60, seed) }]));
    made.push((await pool.page({ ...(await requestFor(file)), convert: 'png' })).data);
  }
  expect(made[0]).not.toEqual(made[1]);
});

test('what cannot be made has a code, and the pool goes on', async () => {
  const { pool } = await newPool();
  const file = await save(
    'bad.cbz',
    buildZip([
      { name: '1.png', data: aPng(40, 60), crc32: 9 },
      { name: '2.png', data: aPng() },
    ]),
  );
  await expect(pool.page({ ...(await requestFor(file, 0)), convert: 'jpeg' })).rejects.toMatchObject({
    code: 'ERR_2003',
  });
  await expect(pool.page({ ...(await requestFor(file, 1)), path: `${file}.gone` })).rejects.toMatchObject({
    code: 'ERR_1018',
  });
  expect((await pool.page({ ...(await requestFor(file, 1)), convert: 'jpeg' })).mediaType).toBe('image/jpeg');
});

test('a page that takes too long has a code, and the pool goes on with a new thread', async () => {
  const { pool } = await newPool({ pageMilliseconds: 1 });
  const request = await requestFor(await save('slow.pdf', buildPdf([onePage])));
  await expect(pool.page(request)).rejects.toMatchObject({ code: 'ERR_2006' });
  const patient = await newPool();
  expect((await patient.pool.page(request)).mediaType).toBe('image/jpeg');
});

test('a client that hangs up gets no answer, and the next one does', async () => {
  const { pool } = await newPool();
  const request = await requestFor(await save('hangup.pdf', buildPdf([onePage])));
  const gone = new AbortController();
  const waiting = pool.page(request, gone.signal);
  gone.abort();
  await expect(waiting).rejects.toThrow();
  expect((await pool.page(request)).mediaType).toBe('image/jpeg');
});

test('the time of a page begins when a thread is free for it', async () => {
  const { pool } = await newPool({ pageMilliseconds: 4_000 });
  const file = await save('queue.pdf', buildPdf(Array.from({ length: 8 }, () => onePage)));
  const requests = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((page) => requestFor(file, page)));
  const made = await Promise.all(requests.map((request) => pool.page(request)));
  expect(made.map(({ mediaType }) => mediaType)).toEqual(Array(8).fill('image/jpeg'));
});

test('expected pages are made when nobody waits, and then are there', async () => {
  const { pool, cached } = await newPool();
  const file = await save('ahead.pdf', buildPdf([onePage, onePage, onePage]));
  const requests = await Promise.all([0, 1, 2].map((page) => requestFor(file, page)));
  const wanted = pool.page(requests[0] as PageRequest);
  pool.expect(requests.slice(1));
  await wanted;
  await pool.settled();
  expect(cached()).toBe(3);
  await pool.page(requests[2] as PageRequest);
  expect(cached()).toBe(3);
});

test('pages of a renamed file are there still', async () => {
  const { pool, cached } = await newPool();
  const request = await requestFor(await save('before.pdf', buildPdf([onePage])));
  const made = await pool.page(request);
  const path2 = `${request.path}.moved.pdf`;
  await rename(request.path, path2);
  expect((await pool.page({ ...request, path: path2 })).data).toEqual(made.data);
  expect(cached()).toBe(1);
});

test('pages of a 7z and of a ZIP with another method are unpacked once', async () => {
  const { pool, cached } = await newPool();
  const parts = [1, 2, 3].map((n) => ({ name: `${n}.png`, data: aPng(40, 60, n) }));
  for (const [name, options] of [
    ['pool.cb7', []],
    ['pool-blocks.cb7', ['-ms=off']],
    ['pool.cbz', ['-tzip', '-mm=LZMA']],
  ] as const) {
    const before = cached();
    const file = await save(name, await buildSevenZip(parts, [...options]));
    for (const n of [3, 1, 2]) expect((await pool.page(await requestFor(file, n - 1))).data).toEqual(aPng(40, 60, n));
    expect(cached() - before).toBe(3);
  }
});

interface ManifestRar {
  path: string;
  expected: { entries?: { name: string; sha256: string }[] };
}

describeWithReference('RAR archives of the corpus', (reference) => {
  const corpus = path.join(reference, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as { files: ManifestRar[] };
  const entriesOf = (name: string) => files.find((file) => file.path === name)?.expected.entries ?? [];
  const archives = [
    'archives/rar/libarchive--test_read_format_rar5_multiple_files_solid.rar',
    'archives/rar/sharpcompress--Rar.solid.rar',
    'archives/rar/sharpcompress--Rar.rar',
  ];
  const hashOf = (data: Buffer) => createHash('sha256').update(data).digest('hex');

  test.each(archives)('%s: all entries at once are the right ones', async (name) => {
    const { pool } = await newPool();
    const entries = entriesOf(name);
    const request = (index: number): PageRequest => ({
      path: path.join(corpus, name),
      container: 'rar5',
      location: { kind: 'entry', name: '', index },
    });
    const made = await Promise.all(entries.map((_, index) => pool.page(request(index))));
    expect(made.map(({ data }) => hashOf(data)).sort()).toEqual(entries.map(({ sha256 }) => sha256).sort());
  });

  test('an entry that an archive does not have has a code', async () => {
    const { pool } = await newPool();
    for (const name of archives) {
      const location = { kind: 'entry', name: '', index: 99 } as const;
      const request: PageRequest = { path: path.join(corpus, name), container: 'rar5', location };
      await expect(pool.page(request)).rejects.toMatchObject({ code: 'ERR_2003' });
    }
  });

  test('a cache that is too small for the archive still gives every page', async () => {
    const name = archives[0] ?? '';
    const { pool } = await newPool({}, 100);
    for (const [index, { sha256 }] of entriesOf(name).entries()) {
      const location = { kind: 'entry', name: '', index } as const;
      const made = await pool.page({ path: path.join(corpus, name), container: 'rar5', location });
      expect(entriesOf(name).map((entry) => entry.sha256)).toContain(hashOf(made.data));
      expect(sha256).toHaveLength(64);
    }
  });
});
