import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPageCache } from '../../../src/media/page-cache';
import { temporaryFolder } from '../../support/temporary';

const temporary = temporaryFolder();
let number = 0;
const newFolder = () => path.join(temporary.path, String(number++));
const bytes = (length: number, fill = 'x') => Buffer.alloc(length, fill);

test('gives back what was put, also after a restart', async () => {
  const folder = newFolder();
  const cache = await createPageCache(folder, 1000);
  await cache.put('a', bytes(100, 'a'));
  expect(await cache.get('a')).toEqual(bytes(100, 'a'));
  expect(await cache.get('b')).toBeNull();
  const again = await createPageCache(folder, 1000);
  expect(await again.get('a')).toEqual(bytes(100, 'a'));
  expect(again.bytes).toBe(100);
});

test('stays below its size, and what was used last stays', async () => {
  const folder = newFolder();
  const cache = await createPageCache(folder, 1000);
  for (const key of ['a', 'b', 'c', 'd']) await cache.put(key, bytes(240));
  await cache.get('a');
  await cache.put('e', bytes(240));
  expect(cache.bytes).toBe(960);
  expect((await readdir(folder)).length).toBe(4);
  expect(await cache.get('b')).toBeNull();
  expect(await cache.get('a')).not.toBeNull();
});

test('replaces a value and counts it once', async () => {
  const cache = await createPageCache(newFolder(), 1000);
  await cache.put('a', bytes(100));
  await cache.put('a', bytes(50, 'y'));
  expect(await cache.get('a')).toEqual(bytes(50, 'y'));
  expect(cache.bytes).toBe(50);
});

test('does not keep what would throw out most of the rest', async () => {
  const cache = await createPageCache(newFolder(), 1000);
  await cache.put('a', bytes(251));
  expect(await cache.get('a')).toBeNull();
});

test('goes on when its files are removed behind its back', async () => {
  const folder = newFolder();
  const cache = await createPageCache(folder, 1000);
  await cache.put('a', bytes(100));
  await rm(folder, { recursive: true });
  expect(await cache.get('a')).toBeNull();
  await cache.put('a', bytes(100));
  expect(await cache.get('a')).toEqual(bytes(100));
});

test('removes unfinished files at the start, and the oldest first when it has become smaller', async () => {
  const folder = newFolder();
  const cache = await createPageCache(folder, 1000);
  await cache.put('old', bytes(100));
  for (const name of await readdir(folder)) await utimes(path.join(folder, name), 1, 1);
  await cache.put('new', bytes(100));
  await mkdir(path.join(folder, 'incoming-1'));
  await writeFile(path.join(folder, 'x.tmp'), 'unfinished');
  const smaller = await createPageCache(folder, 450);
  expect((await readdir(folder)).length).toBe(2);
  await smaller.put('newest', bytes(110));
  await smaller.put('newer', bytes(110));
  await smaller.put('last', bytes(110));
  expect(await smaller.get('old')).toBeNull();
  expect(await smaller.get('new')).not.toBeNull();
});

test('adopts a finished file', async () => {
  const cache = await createPageCache(newFolder(), 1000);
  const file = path.join(await cache.incoming(), '0');
  await writeFile(file, bytes(10));
  await cache.adopt('a', file, 10);
  expect(await cache.get('a')).toEqual(bytes(10));
});

test('gives every page whole while others throw it out', async () => {
  const cache = await createPageCache(newFolder(), 2000);
  const contents = Array.from({ length: 40 }, (_, n) => bytes(400, String.fromCharCode(65 + n)));
  const rounds = Array.from({ length: 10 }, (_, round) =>
    contents.map(async (content, n) => {
      const found = (await cache.get(`${n}`)) ?? content;
      await cache.put(`${(n + round) % contents.length}`, contents[(n + round) % contents.length] ?? content);
      return found.equals(content);
    }),
  );
  expect(await Promise.all(rounds.flat())).toEqual(Array(400).fill(true));
  expect(cache.bytes).toBeLessThanOrEqual(2000);
});

test('knows what it has without reading it', async () => {
  const cache = await createPageCache(newFolder(), 1000);
  await cache.put('a', bytes(100));
  expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
});
