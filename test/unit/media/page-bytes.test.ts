import { readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultLimits, type MediaLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import {
  createPageOpener,
  isDirect,
  type OpenedPage,
  type OpenPageOptions,
  type PageOpener,
} from '../../../src/media/page-bytes';
import type { Container, PageLocation } from '../../../src/media/reader';
import { aPng } from '../../support/pictures';
import { temporaryFolder } from '../../support/temporary';
import { buildZip, type ZipPart } from '../../support/zip-builder';

const folder = temporaryFolder();
const openers: PageOpener[] = [];

function newOpener(limits: Partial<MediaLimits> = {}, openFiles = 8): PageOpener {
  const opener = createPageOpener({ limits: { ...defaultLimits, ...limits }, openFiles });
  openers.push(opener);
  return opener;
}

afterEach(async () => {
  await Promise.all(openers.splice(0).map((opener) => opener.close()));
});

async function makeBook(name: string, parts: ZipPart[]): Promise<{ file: string; locations: PageLocation[] }> {
  const file = path.join(folder.path, name);
  await writeFile(file, buildZip(parts));
  const reader = await openBook(file);
  const { pages } = await reader.content();
  await reader.close();
  return { file, locations: pages.map(({ location }) => location) };
}

async function bytesOf(page: OpenedPage): Promise<Buffer> {
  if ('data' in page) {
    const copy = Buffer.from(page.data);
    page.release();
    return copy;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of page.stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function fetchPage(
  opener: PageOpener,
  file: string,
  location: PageLocation | undefined,
  options: OpenPageOptions = {},
  container: Container = 'zip',
): Promise<OpenedPage> {
  if (!location) throw new Error('the book has no such page');
  return opener.openPage(file, container, location, options);
}

// comparing larger buffers takes Jest seconds
const big = aPng(40, 50, 1);

test.each([0, 8])('a page of method %i comes with one read and the right bytes, again and again', async (method) => {
  const { file, locations } = await makeBook('one.cbz', [
    { name: '1.png', data: big, method, localExtra: Buffer.alloc(900) },
  ]);
  const opener = newOpener();
  for (let i = 0; i < 3; i++) expect(await bytesOf(await fetchPage(opener, file, locations[0]))).toEqual(big);
});

test('buffers of pages that are still being sent are not used for others', async () => {
  const { file, locations } = await makeBook('two.cbz', [
    { name: '1.png', data: aPng(9, 9, 1) },
    { name: '2.png', data: aPng(9, 9, 2) },
  ]);
  const opener = newOpener();
  const [first, second] = await Promise.all(locations.map((location) => fetchPage(opener, file, location)));
  expect(second && (await bytesOf(second))).toEqual(aPng(9, 9, 2));
  expect(first && (await bytesOf(first))).toEqual(aPng(9, 9, 1));
});

test('a page with a wrong checksum has a code, each time', async () => {
  const { file, locations } = await makeBook('crc.cbz', [{ name: '1.png', data: big, crc32: 7 }]);
  const opener = newOpener();
  for (let i = 0; i < 2; i++)
    await expect(fetchPage(opener, file, locations[0])).rejects.toMatchObject({ code: 'ERR_2003' });
});

test('a large page is streamed', async () => {
  const { file, locations } = await makeBook('large.cbz', [{ name: '1.png', data: big, method: 8 }]);
  const page = await fetchPage(newOpener({ bufferedBytes: 100 }), file, locations[0]);
  expect('stream' in page).toBe(true);
  expect(await bytesOf(page)).toEqual(big);
});

test('a file that was replaced is seen as the new one, and one that vanished is not found', async () => {
  const { file, locations } = await makeBook('changing.cbz', [{ name: '1.png', data: aPng(9, 9, 1) }]);
  const opener = newOpener();
  expect(await bytesOf(await fetchPage(opener, file, locations[0]))).toEqual(aPng(9, 9, 1));
  const next = await makeBook('next.cbz', [
    { name: '0.txt', data: 'x'.repeat(333) },
    { name: '1.png', data: big },
  ]);
  await rename(next.file, file);
  expect(await bytesOf(await fetchPage(opener, file, next.locations[0]))).toEqual(big);
  await rm(file);
  await expect(fetchPage(opener, file, next.locations[0], { version: '2' })).rejects.toMatchObject({
    code: 'ERR_1018',
  });
});

test('a file that is cut off while it is open has a code', async () => {
  const { file, locations } = await makeBook('cut.cbz', [{ name: '1.png', data: big }]);
  const opener = newOpener();
  await bytesOf(await fetchPage(opener, file, locations[0]));
  await writeFile(file, Buffer.alloc(100));
  await expect(fetchPage(opener, file, locations[0])).rejects.toMatchObject({ code: 'ERR_2003' });
});

test('a file of a folder book is read, one outside of it is not', async () => {
  await writeFile(path.join(folder.path, 'page.png'), big);
  await symlink('/etc/hostname', path.join(folder.path, 'link.png'));
  const opener = newOpener();
  const open = (name: string) => fetchPage(opener, folder.path, { kind: 'file', name }, {}, 'folder');
  expect(await bytesOf(await open('page.png'))).toEqual(big);
  for (const name of ['link.png', '../page.png', '/etc/hostname']) {
    await expect(open(name)).rejects.toMatchObject({ code: 'ERR_1018' });
  }
});

test('a span is read, one beyond the end of the file is not', async () => {
  const file = path.join(folder.path, 'span.bin');
  await writeFile(file, Buffer.from('0123456789'));
  const opener = newOpener();
  const open = (offset: number, size: number) => fetchPage(opener, file, { kind: 'span', offset, size }, {}, 'pdf');
  expect((await bytesOf(await open(3, 4))).toString()).toBe('3456');
  await expect(open(8, 4)).rejects.toMatchObject({ code: 'ERR_2003' });
});

test('pages that have to be made are left to the pool', () => {
  expect(isDirect({ kind: 'render', page: 1 })).toBe(false);
  expect(isDirect({ kind: 'entry', name: 'a', index: 0 })).toBe(false);
  expect(isDirect({ kind: 'span', offset: 0, size: 1 })).toBe(true);
});

test('a request that was given up reads nothing', async () => {
  const { file, locations } = await makeBook('gone.cbz', [{ name: '1.png', data: big }]);
  await expect(fetchPage(newOpener(), file, locations[0], { signal: AbortSignal.abort() })).rejects.toThrow();
});

(process.platform === 'linux' ? test : test.skip)(
  'no more files stay open than allowed, and none after closing',
  async () => {
    const opener = newOpener({}, 2);
    const openNow = async () => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).filter((target) => target.startsWith(folder.path)).length;
    };
    for (let i = 0; i < 5; i++) {
      const { file, locations } = await makeBook(`many-${i}.cbz`, [{ name: '1.png', data: big }]);
      await bytesOf(await fetchPage(opener, file, locations[0]));
    }
    await opener.close();
    expect(await openNow()).toBe(0);
  },
);
