import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createBookKeeper } from '../../../src/media/kept-book';
import { defaultLimits } from '../../../src/media/limits';
import type { Reader } from '../../../src/media/reader';
import { aPng } from '../../support/pictures';
import { temporaryFolder } from '../../support/temporary';
import { buildZip } from '../../support/zip-builder';

const folder = temporaryFolder();

async function save(name: string, pages: number): Promise<string> {
  const file = path.join(folder.path, name);
  await writeFile(file, buildZip(Array.from({ length: pages }, (_, n) => ({ name: `${n}.png`, data: aPng(4, 6, n) }))));
  return file;
}

const itself = (reader: Reader) => Promise.resolve(reader);

test('the last book stays open for its next page', async () => {
  const books = createBookKeeper();
  const file = await save('kept.cbz', 1);
  const first = await books.use(file, defaultLimits, itself);
  expect(await books.use(file, defaultLimits, itself)).toBe(first);
  await books.close();
});

test('a file that changed is opened again', async () => {
  const books = createBookKeeper();
  const first = await books.use(await save('changed.cbz', 1), defaultLimits, itself);
  const file = await save('changed.cbz', 2);
  const second = await books.use(file, defaultLimits, itself);
  expect(second).not.toBe(first);
  expect((await second.content()).pageCount).toBe(2);
  await books.close();
});

test('a book that failed is not kept', async () => {
  const books = createBookKeeper();
  const file = await save('failed.cbz', 1);
  const readers: Reader[] = [];
  const failing = (reader: Reader) => {
    readers.push(reader);
    return Promise.reject(new Error('no'));
  };
  await expect(books.use(file, defaultLimits, failing)).rejects.toThrow('no');
  expect(await books.use(file, defaultLimits, itself)).not.toBe(readers[0]);
  await books.close();
});
