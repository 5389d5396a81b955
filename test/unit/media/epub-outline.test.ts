import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openBook } from '../../../src/media/open-book';
import { koboSpansAt } from '../../../src/media/kobo-spans';
import { temporaryFolder } from '../../support/temporary';
import { buildZip } from '../../support/zip-builder';

const folder = temporaryFolder();

const item = (id: string, href: string, type = 'application/xhtml+xml', properties = '') =>
  `<item id="${id}" href="${href}" media-type="${type}" properties="${properties}"/>`;
const chapter = (text: string) => `<html><body><p>${text}</p></body></html>`;
const chapters = item('a', 'text/a.xhtml') + item('b', 'text/b%20c.xhtml');

interface Parts {
  manifest?: string;
  meta?: string;
  guide?: string;
  files?: Record<string, string>;
}

async function outlineOf({ manifest = '', meta = '', guide = '', files = {} }: Parts) {
  const entries: Record<string, string> = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    'OPS/book.opf': `<package><metadata>${meta}</metadata><manifest>${chapters}${manifest}</manifest>
      <spine><itemref idref="a"/><itemref idref="b"/></spine>${guide}</package>`,
    'OPS/text/a.xhtml': chapter('A chapter of some length.'),
    'OPS/text/b c.xhtml': chapter('word '.repeat(500)),
    ...files,
  };
  const file = path.join(folder.path, 'book.epub');
  await writeFile(file, buildZip(Object.entries(entries).map(([name, data]) => ({ name, data }))));
  const reader = await openBook(file);
  const { outline } = await reader.content();
  await reader.close();
  return outline;
}

const navItem = item('nav', 'nav.xhtml', 'application/xhtml+xml', 'scripted nav');
const nav = `<html xmlns:epub="e"><body>
  <nav epub:type="toc"><h1>Contents</h1><ol>
    <li><a href="text/a.xhtml">Chapter <i>One</i></a><ol><li><a href="text/a.xhtml#s1">Part</a></li></ol></li>
    <li><span>Without link</span></li><li><a href="https://example.org/x">Away</a></li></ol></nav>
  <nav epub:type="landmarks"><ol><li><a epub:type="bodymatter" href="text/b%20c.xhtml#start">Begin</a></li></ol></nav>
  <nav epub:type="page-list"><ol><li><a href="#p1">1</a></li></ol></nav></body></html>`;

test('contents, landmarks and printed pages come from the navigation document', async () => {
  const outline = await outlineOf({ manifest: navItem, files: { 'OPS/nav.xhtml': nav } });
  expect(outline).toMatchObject({
    toc: [
      {
        ...{ title: 'Chapter One', href: 'OPS/text/a.xhtml' },
        children: [{ title: 'Part', href: 'OPS/text/a.xhtml#s1', children: [] }],
      },
      { title: 'Without link', href: null },
      { title: 'Away', href: null },
    ],
    landmarks: [{ title: 'Begin', href: 'OPS/text/b c.xhtml#start' }],
    pageList: [{ title: '1', href: 'OPS/nav.xhtml#p1' }],
  });
});

test('of an older book they come from the NCX and the guide', async () => {
  const ncx = `<ncx><navMap><navPoint id="1"><navLabel><text>One</text></navLabel><content src="text/a.xhtml"/>
    <navPoint><navLabel><text>Sub</text></navLabel><content src="text/b%20c.xhtml#x"/></navPoint></navPoint></navMap>
    <pageList><pageTarget><navLabel><text>7</text></navLabel><content src="text/a.xhtml#p7"/></pageTarget></pageList></ncx>`;
  const outline = await outlineOf({
    manifest: item('ncx', 'toc.ncx', 'text/xml'),
    guide: '<guide><reference type="cover" title="Cover" href="text/a.xhtml"/></guide>',
    files: { 'OPS/toc.ncx': ncx },
  });
  expect(outline).toMatchObject({
    toc: [{ title: 'One', href: 'OPS/text/a.xhtml', children: [{ title: 'Sub', href: 'OPS/text/b c.xhtml#x' }] }],
    landmarks: [{ title: 'Cover', href: 'OPS/text/a.xhtml' }],
    pageList: [{ title: '7', href: 'OPS/text/a.xhtml#p7' }],
  });
});

test('a broken navigation leaves the book readable', async () => {
  const outline = await outlineOf({ manifest: navItem, files: { 'OPS/nav.xhtml': '<html><nav' } });
  expect(outline).toMatchObject({ toc: [], landmarks: [], pageList: [], spine: [{}, {}] });
});

test('a document of flowing text has a position for each KiB, one of fixed layout has one', async () => {
  expect(await outlineOf({})).toMatchObject({
    fixedLayout: false,
    kepub: false,
    spine: [
      { name: 'OPS/text/a.xhtml', mediaType: 'application/xhtml+xml', positions: 1 },
      { name: 'OPS/text/b c.xhtml', positions: 3 },
    ],
  });
  const meta = '<meta property="rendition:layout">pre-paginated</meta>';
  expect(await outlineOf({ meta })).toMatchObject({ fixedLayout: true, spine: [{ positions: 1 }, { positions: 1 }] });
});

test('a book prepared for Kobo readers says so, with the span at each position', async () => {
  const span = (n: number) => `<span class="koboSpan" id="kobo.${n}.1">${'word '.repeat(200)}</span>`;
  const files = { 'OPS/text/b c.xhtml': chapter([1, 2, 3].map(span).join('')) };
  const outline = await outlineOf({ files });
  expect(outline?.kepub).toBe(true);
  expect(outline?.spine[0]).not.toHaveProperty('spans');
  expect(outline?.spine[1]).toMatchObject({ positions: 4, spans: ['kobo.1.1', 'kobo.2.1', 'kobo.2.1', 'kobo.3.1'] });
});

test('a document without spans has its beginning alone', () => {
  expect(koboSpansAt('nothing', 3)).toEqual(['kobo.1.1', 'kobo.1.1', 'kobo.1.1']);
});
