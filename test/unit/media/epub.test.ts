import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readPackage, resolveName } from '../../../src/media/epub-package';
import { openBook } from '../../../src/media/open-book';
import { aPng } from '../../support/pictures';
import { temporaryFolder } from '../../support/temporary';
import { buildZip, type ZipPart } from '../../support/zip-builder';

const folder = temporaryFolder();
const mimetype: ZipPart = { name: 'mimetype', data: 'application/epub+zip' };
const container = {
  name: 'META-INF/container.xml',
  data: '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
};
const opf = (manifest: string, spine: string, meta = '') => ({
  name: 'OPS/book.opf',
  data: `<opf:package xmlns:opf="x"><opf:metadata>${meta}</opf:metadata><opf:manifest>${manifest}</opf:manifest><opf:spine page-progression-direction="rtl">${spine}</opf:spine></opf:package>`,
});
const picture = (n: number) => ({ name: `OPS/img/${n}.png`, data: aPng(4, 6, n), method: 8 });
const document = (n: number, body: string) => ({
  name: `OPS/p${n}.xhtml`,
  data: `<html><head><title>a long title that does not count</title></head><body>${body}</body></html>`,
});
const items = (...names: string[]) =>
  names
    .map(
      (name) =>
        `<opf:item id="${name}" href="${name}" media-type="${name.endsWith('png') ? 'image/png' : 'application/xhtml+xml'}"/>`,
    )
    .join('');
const refs = (...names: string[]) => names.map((name) => `<opf:itemref idref="${name}"/>`).join('');

async function open(parts: ZipPart[], name = 'book.epub') {
  const file = path.join(folder.path, name);
  await writeFile(file, buildZip(parts));
  const reader = await openBook(file);
  return { reader, content: await reader.content() };
}

const comic = [
  mimetype,
  container,
  opf(
    items('p1.xhtml', 'p2.xhtml', 'img/1.png', 'img/2.png'),
    refs('p2.xhtml', 'p1.xhtml'),
    '<meta name="cover" content="img/1.png"/>',
  ),
  document(1, '<img src="img/1.png" alt=""/>'),
  document(2, '<svg><image xlink:href="img/2.png"/></svg> 2'),
  picture(1),
  picture(2),
];

test('a comic has its pictures as pages, in the order of the spine', async () => {
  const { content, reader } = await open(comic);
  expect(content).toMatchObject({ container: 'epub', divina: true, pageCount: 2, problems: [] });
  expect(content.pages.map(({ name }) => name)).toEqual(['OPS/img/2.png', 'OPS/img/1.png']);
  expect(content.pages[0]).toMatchObject({ mediaType: 'image/png', width: 4, height: 6 });
  expect(await reader.cover?.()).toEqual(content.pages[1]?.location);
});

test('files are the manifest, documents of the spine first', async () => {
  const { content } = await open(comic);
  const names = ['OPS/p2.xhtml', 'OPS/p1.xhtml', 'OPS/img/1.png', 'OPS/img/2.png'];
  expect(content.files.map(({ name }) => name)).toEqual(names);
});

test('a book with text has no pages, and a page count by the size of its documents', async () => {
  const text = document(1, `<p>${'word '.repeat(40)}</p>`);
  const { content } = await open([mimetype, container, opf(items('p1.xhtml'), refs('p1.xhtml')), text]);
  expect(content).toMatchObject({ divina: false, pages: [], pageCount: 1 });
});

test('two pictures on a page are not a comic', async () => {
  const two = document(1, '<img src="img/1.png"/><img src="img/2.png"/>');
  const { content } = await open([
    mimetype,
    container,
    opf(items('p1.xhtml', 'img/1.png', 'img/2.png'), refs('p1.xhtml')),
    two,
    picture(1),
    picture(2),
  ]);
  expect(content.divina).toBe(false);
});

test('a picture that is missing is told of, and the other pages are there', async () => {
  const { content } = await open(comic.filter(({ name }) => name !== 'OPS/img/2.png'));
  expect(content.pages.map(({ name }) => name)).toEqual(['OPS/img/1.png']);
  expect(content.problems).toEqual([{ name: 'OPS/img/2.png', code: 'ERR_1033' }]);
});

test('a mimetype that is not first makes an EPUB only of a file that is named so', async () => {
  const [first, ...rest] = comic;
  const parts = first ? [...rest, first] : [];
  expect((await open(parts)).content.container).toBe('epub');
  expect((await open(parts, 'book.cbz')).content.container).toBe('zip');
});

test('without a package document it cannot be analyzed', async () => {
  await expect(open([mimetype, picture(1)])).rejects.toMatchObject({ code: 'ERR_1005' });
});

test('entities that the package declares are not expanded', async () => {
  const text =
    '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]><package><manifest><item id="&a;" href="&f;"/></manifest></package>';
  const read = (name: string) => Promise.resolve(Buffer.from(name === 'OPS/book.opf' ? text : container.data));
  const { items: found } = await readPackage(read);
  expect(found).toEqual([expect.objectContaining({ id: '&a;', name: 'OPS/&f;' })]);
});

test('the direction of reading is that of the spine', async () => {
  const { reader } = await open(comic);
  expect(await readPackage((name) => reader.file(name))).toMatchObject({ direction: 'rtl', fixedLayout: false });
});

test.each([
  ['a/b.xhtml', '../img/1%20x.png#top', 'img/1 x.png'],
  ['a/b.xhtml', 'c.png?v=1', 'a/c.png'],
  ['a/b.xhtml', '../../etc/passwd', null],
  ['a/b.xhtml', '/etc/passwd', null],
  ['a/b.xhtml', 'file:///etc/passwd', null],
  ['a/b.xhtml', 'https://example.org/1.png', null],
])('in %s the link %s leads to %s', (from, link, name) => {
  expect(resolveName(from, link)).toBe(name);
});
