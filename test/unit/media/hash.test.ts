import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashBytes, hashFile, hashForKoreader } from '../../../src/media/hash';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();

async function save(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder.path, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return file;
}

const counting = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255));

test('a file has the hash of its bytes, 32 hexadecimal digits', async () => {
  const bytes = Buffer.alloc(3_000_000, 'abc');
  const hash = await hashFile(await save('large', bytes));
  expect(hash).toMatch(/^[0-9a-f]{32}$/u);
  expect(hash).toBe(hashBytes(bytes));
});

test('a folder book has a hash that follows its files and their names', async () => {
  await save('a/1.png', Buffer.from('1'));
  await save('b/1.png', Buffer.from('1'));
  await save('c/2.png', Buffer.from('1'));
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => hashFile(path.join(folder.path, name))));
  expect(a).toBe(b);
  expect(c).not.toBe(a);
});

test('hashing stops when the task is stopped', async () => {
  await expect(hashFile(await save('stopped', Buffer.alloc(10)), AbortSignal.abort())).rejects.toThrow();
});

test("KOReader's hash takes samples, and of the last one only the bytes there are", async () => {
  const bytes = counting(5000);
  const samples = [bytes.subarray(0, 1024), bytes.subarray(1024, 2048), bytes.subarray(4096)];
  const expected = createHash('md5').update(Buffer.concat(samples)).digest('hex');
  expect(await hashForKoreader(await save('koreader', bytes))).toBe(expected);
});
