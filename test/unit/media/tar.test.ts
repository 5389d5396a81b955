import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { openBook } from '../../../src/media/open-book';
import { createPageOpener } from '../../../src/media/page-bytes';
import { aPng } from '../../support/pictures';
import { buildTar, type TarPart } from '../../support/tar-builder';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();

async function save(bytes: Buffer): Promise<string> {
  const file = path.join(folder.path, 'book.cbt');
  await writeFile(file, bytes);
  return file;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readAll(bytes: Buffer) {
  const reader = await openBook(await save(bytes));
  try {
    const content = await reader.content();
    const pages: (Buffer | string)[] = [];
    for (const { location } of content.pages) pages.push(await reader.open(location).then(bytesOf));
    return { content, pages, names: content.pages.map(({ name }) => name) };
  } finally {
    await reader.close();
  }
}

const page = (name: string | Buffer, seed: number, more: Partial<TarPart> = {}): TarPart => ({
  name,
  data: aPng(4, 6, seed),
  ...more,
});

test('pages of a TAR in natural order, with their bytes', async () => {
  const { content, pages, names } = await readAll(buildTar([page('10.png', 10), page('2.png', 2), page('1.png', 1)]));
  expect(content.container).toBe('tar');
  expect(names).toEqual(['1.png', '2.png', '10.png']);
  expect(pages).toEqual([1, 2, 10].map((n) => aPng(4, 6, n)));
});

test('pages are bytes of the file: one read each', async () => {
  const file = await save(buildTar([page('1.png', 1)]));
  const reader = await openBook(file);
  const { pages } = await reader.content();
  await reader.close();
  const opener = createPageOpener();
  const opened = await opener.openPage(file, 'tar', pages[0]?.location ?? { kind: 'render', page: 1 });
  expect('data' in opened && Buffer.from(opened.data)).toEqual(aPng(4, 6, 1));
  await opener.close();
});

test('long names: prefix, extended header, GNU', async () => {
  const long = `${'folder/'.repeat(30)}1.png`;
  const pax = `path=x/${long}\n`;
  const record = `${pax.length + 4} ${pax}`;
  const parts = [
    page('1.png', 1, { prefix: 'in/a/folder' }),
    { name: 'pax', data: record, type: 'x' },
    page('cut', 2),
    { name: '././@LongLink', data: `${long}\0`, type: 'L' },
    page('cut', 3),
  ];
  const { names } = await readAll(buildTar(parts));
  expect(names.sort()).toEqual([`x/${long}`, long, 'in/a/folder/1.png'].sort());
});

test('links, folders, devices and hidden files are no pages', async () => {
  const parts = [
    page('link.png', 0, { type: '2', data: '' }),
    page('hard.png', 0, { type: '1', data: '' }),
    { name: 'folder/', type: '5' },
    { name: 'pipe.png', type: '6' },
    page('.hidden/1.png', 1),
    page('__MACOSX/1.png', 1),
    page('shown.png', 2),
  ];
  expect((await readAll(buildTar(parts))).names).toEqual(['shown.png']);
});

test('archives older than ustar, and sizes in base 256', async () => {
  const size = Buffer.alloc(12);
  size[0] = 0x80;
  size.writeUInt32BE(aPng(4, 6, 2).length, 8);
  const parts = [page('1.png', 1, { magic: '', type: '\0' }), page('2.png', 2, { size: size.toString('latin1') })];
  expect((await readAll(buildTar(parts))).pages).toEqual([aPng(4, 6, 1), aPng(4, 6, 2)]);
});

test('names without an encoding are read as that of an old zip would be', async () => {
  const { names } = await readAll(buildTar([page(Buffer.from('8271885c82502e706e67', 'hex'), 1)]));
  expect(names).not.toEqual([]);
});

test('a TAR that was cut off keeps what is whole, and says so', async () => {
  const bytes = buildTar([page('1.png', 1), page('2.png', 2)]);
  const { content, names } = await readAll(bytes.subarray(0, 512 + 512 + 512 + 60));
  expect(names).toEqual(['1.png']);
  expect(content.problems.map(({ code }) => code)).toContain('ERR_2002');
});

test('a damaged header ends the list, and the book says so', async () => {
  const bytes = buildTar([page('1.png', 1), page('2.png', 2)]);
  bytes[1024 + 5] = 0xff;
  const { content, names } = await readAll(bytes);
  expect(names).toEqual(['1.png']);
  expect(content.problems).toContainEqual({ name: '', code: 'ERR_2002' });
});

test('a size that leads out of the file, or backwards, ends nowhere', async () => {
  for (const size of ['77777777777', '-0000000001']) {
    const read = readAll(buildTar([page('1.png', 1, { size })]));
    await expect(read).rejects.toMatchObject({ code: expect.stringMatching(/ERR_(2002|1001)/u) as string });
  }
});
