import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { openBook } from '../../../src/media/open-book';
import { createPageOpener } from '../../../src/media/page-bytes';
import { aPng } from '../../support/pictures';
import { temporaryFolder } from '../../support/temporary';
import { buildZip } from '../../support/zip-builder';

const folder = temporaryFolder();
/** Beyond what 32 bits can count; the disk holds no more of the file than was written. */
const start = 5 * 1024 ** 3;
const pages = [1, 2, 3].map((n) => ({ name: `${n}.png`, data: aPng(40, 60, n) }));

const uint64 = (...values: number[]) => Buffer.concat(values.map((value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
})); // prettier-ignore

/** The field of an entry that tells its place in 64 bits. */
const place64 = (offset: number) => Buffer.concat([Buffer.from([1, 0, 8, 0]), uint64(offset)]);

/** What lies behind the first gigabytes: entries, directory, and the records of both sizes that tell where it is. */
function tail(): Buffer {
  let at = start;
  const parts = pages.map(({ name, data }) => {
    const part = { name, data, offset: 0xffff_ffff, extra: place64(at) };
    at += 30 + name.length + data.length;
    return part;
  });
  const bytes = buildZip(parts, { directoryOffset: 0xffff_ffff });
  const directory = bytes.subarray(at - start, bytes.length - 22);
  const end = Buffer.alloc(24);
  end.write('PK\x06\x06', 'latin1');
  end.writeUInt32LE(44, 4);
  const end64 = Buffer.concat([end, uint64(pages.length, pages.length, directory.length, at)]);
  const locator = Buffer.concat([Buffer.from('PK\x06\x07\0\0\0\0', 'latin1'), uint64(at + directory.length), Buffer.from([1, 0, 0, 0])]);
  return Buffer.concat([bytes.subarray(0, bytes.length - 22), end64, locator, bytes.subarray(bytes.length - 22)]);
} // prettier-ignore

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('pages of a ZIP of five gigabytes are read where they lie', async () => {
  const file = path.join(folder.path, 'large.cbz');
  const handle = await open(file, 'w');
  await handle.write(tail(), 0, undefined, start);
  await handle.close();
  const reader = await openBook(file);
  const content = await reader.content();
  expect(content.pages.map(({ name }) => name)).toEqual(pages.map(({ name }) => name));
  expect(content.problems).toEqual([]);
  const opener = createPageOpener();
  for (const [at, { location }] of content.pages.entries()) {
    expect(await reader.open(location).then(bytesOf)).toEqual(pages[at]?.data);
    const opened = await opener.openPage(file, 'zip', location);
    expect('data' in opened && Buffer.from(opened.data)).toEqual(pages[at]?.data);
  }
  await opener.close();
  await reader.close();
});
