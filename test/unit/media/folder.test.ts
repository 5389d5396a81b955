import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openBook } from '../../../src/media/open-book';
import { aPng } from '../../support/pictures';
import { temporaryFolder } from '../../support/temporary';

const temporary = temporaryFolder();

async function makeBook(name: string, files: Record<string, Buffer | string>): Promise<string> {
  const folder = path.join(temporary.path, name);
  for (const [file, data] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), data);
  }
  return folder;
}

test('a folder of pictures is a book, nested ones included, in natural order', async () => {
  const folder = await makeBook('book', {
    'b/10.png': aPng(),
    'b/2.png': aPng(),
    'a/1.png': aPng(5, 7),
    'notes.txt': 'x',
    '.hidden.png': aPng(),
  });
  const reader = await openBook(folder);
  const content = await reader.content();
  expect(content.pages.map(({ name }) => name)).toEqual(['a/1.png', 'b/2.png', 'b/10.png']);
  expect(content.pages[0]).toMatchObject({
    mediaType: 'image/png',
    width: 5,
    height: 7,
    location: { kind: 'file', name: 'a/1.png' },
  });
  expect(content.files.map(({ name }) => name)).toEqual(['notes.txt']);
  expect((await reader.file('notes.txt'))?.toString()).toBe('x');
});

test('links are no pages, and no page is fetched through a link that leaves the folder', async () => {
  const outside = path.join(temporary.path, 'secret.png');
  await writeFile(outside, aPng());
  const folder = await makeBook('linked', { '1.png': aPng() });
  await symlink(outside, path.join(folder, '2.png'));
  await symlink(temporary.path, path.join(folder, 'up'));
  const reader = await openBook(folder);
  expect((await reader.content()).pages.map(({ name }) => name)).toEqual(['1.png']);
  for (const name of ['2.png', 'up/secret.png', '../secret.png']) {
    await expect(reader.open({ kind: 'file', name })).rejects.toMatchObject({ code: 'ERR_1018' });
  }
  expect(await reader.file('../secret.png')).toBeNull();
});

test('a page is streamed as it is', async () => {
  const reader = await openBook(await makeBook('streamed', { '1.png': aPng(30, 40) }));
  const chunks: Buffer[] = [];
  for await (const chunk of (await reader.open({ kind: 'file', name: '1.png' })) as AsyncIterable<Buffer>)
    chunks.push(chunk);
  expect(Buffer.concat(chunks)).toEqual(aPng(30, 40));
});
