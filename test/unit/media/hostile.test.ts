import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { defaultLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import { createPageOpener } from '../../../src/media/page-bytes';
import { analyze, jpeg, mebibytes, useHarmless, type Expected } from '../../support/harmless';
import { packWhole } from '../../support/packed-tar-builder';
import { readMark } from '../../support/page-mark';
import { buildPdf } from '../../support/pdf-builder';
import { aPng } from '../../support/pictures';
import { describeWithReference } from '../../support/reference';
import { buildSevenZip } from '../../support/seven-zip-builder';
import { buildTar, type TarPart } from '../../support/tar-builder';
import { buildZip } from '../../support/zip-builder';

/**
 * What people bring, or somebody makes to do harm: the outcome is known and has a code, it takes bounded time and memory,
 * writes nothing, and the thread that read it goes on (`expectHarmless`). Where each kind of harm is tried, with real files:
 *
 * | harm                                 | here                                          | elsewhere                          |
 * | ------------------------------------ | --------------------------------------------- | ---------------------------------- |
 * | names that lead out: `../`, absolute, drive, backslash | corpus ZIP, RAR; made 7z, ZIP, TAR | page-bytes (folder books) |
 * | links in archives                    | corpus ZIP, RAR; made TAR                     | tar                                |
 * | links in libraries, pipes, devices   | "links in a library"                          | library/walk                       |
 * | names that are there twice           | corpus ZIP; made 7z, TAR                      |                                    |
 * | entries that overlap                 | corpus ZIP                                    | zip                                |
 * | lying sizes and checksums            | corpus ZIP, RAR; made TAR, JPEG 2000          | zip, seven-zip, packed-tar         |
 * | bombs: pixels, entries, ratio, nests | corpus ZIP; made 7z, ZIP, packed TAR, BMP     | zip, seven-zip, packed-tar, image  |
 * | cut off                              | corpus ZIP, RAR, PDF, EPUB; made 7z, TAR      | corpus, tar, packed-tar            |
 * | changes, is replaced or vanishes     | ZIP, RAR, 7z, TAR (packed too), PDF, folder   | page-bytes                         |
 * | entities in ComicInfo, OPF           | corpus; "entity attacks"                      | metadata/comic-info-corpus         |
 * | scripts in SVG                       | "an SVG with scripts"                         | http/epub (XHTML: no script runs)  |
 * | JavaScript in PDF                    | corpus                                        | page-thread (damaged PDF)          |
 */
const { folder, pool, save, expectAlive, expectHarmless } = useHarmless();

describeWithReference('hostile files of the corpus', (reference) => {
  const rows: [string, Expected][] = [
    // names
    ['archives/zip/names-path-traversal.cbz', { state: 'READY', pages: jpeg(6) }],
    ['archives/zip/names-backslash.cbz', { state: 'READY', pages: jpeg(3) }],
    ['archives/zip/names-hostile-characters.cbz', { state: 'READY', pages: jpeg(3) }],
    ['archives/zip/empty-name-and-dot.cbz', { state: 'READY', pages: jpeg(3) }],
    ['archives/zip/duplicate-names.cbz', { state: 'READY', pages: jpeg(4) }],
    ['archives/zip/unzipper--zip-slip--zip-slip.zip', { state: 'ERROR', comment: 'ERR_1006' }],
    ['archives/rar/junrar--parent-dir.rar', { state: 'ERROR', comment: 'ERR_1006' }],
    ['archives/rar/rar5-path-traversal.cbr', { state: 'READY', pages: jpeg(3) }],
    // links inside archives
    ['archives/rar/rar5-symlink.cbr', { state: 'READY', pages: jpeg(3) }],
    ['archives/zip/symlink-entries.cbz', { state: 'READY', pages: jpeg(2) }],
    ['archives/rar/rarfile--rar5-evil-symlink-traversal.rar', { state: 'ERROR', comment: 'ERR_1006' }],
    // entries that share data, sizes and checksums that lie
    ['archives/zip/bomb-overlapping-entries.cbz', { state: 'ERROR', comment: 'ERR_2001' }],
    ['archives/zip/bomb-lying-size.cbz', { state: 'READY', pages: ['image/jpeg', 'ERR_2003'] }],
    ['archives/zip/bomb-nested.cbz', { state: 'ERROR', comment: 'ERR_1006' }],
    ['archives/zip/bomb-one-big-entry.cbz', { state: 'READY', comment: 'ERR_1007 [p2.bmp]', pages: jpeg(2) }],
    ['archives/zip/bad-crc-stored.cbz', { state: 'READY', pages: [...jpeg(1), 'ERR_2003', ...jpeg(3)] }],
    ['archives/zip/corrupt-deflate-stream.cbz', { state: 'READY' }],
    ['archives/zip/size-too-big-declared.cbz', { state: 'READY' }],
    ['archives/zip/size-too-small-declared.cbz', { state: 'READY' }],
    ['archives/zip/only-end-record-zip64-locator.cbz', { state: 'ERROR', comment: 'ERR_2002' }],
    ['archives/zip/entries-65535.cbz', { state: 'READY', pages: jpeg(3) }],
    ['archives/7z/libarchive--test_read_format_7zip_folders_oom.7z', { state: 'ERROR', comment: 'ERR_2002' }],
    ['archives/7z/libarchive--test_read_format_7zip_malformed2.7z', { state: 'ERROR', comment: 'ERR_2002' }],
    ['archives/rar/rar5-lying-size.cbr', { state: 'READY', comment: 'ERR_1007 [Series Name - c012 (v02) - p002 [Group].jpg]', pages: jpeg(1) }],
    ['archives/rar/rar5-bad-crc.cbr', { state: 'READY' }],
    ['archives/rar/junrar--m3-1gb-claim.rar', { state: 'ERROR', comment: 'ERR_1006' }],
    // pictures that unpack to gigabytes
    ['archives/zip/page-is-pixel-bomb.cbz', { state: 'READY', pages: ['image/jpeg', 'ERR_2001', 'image/jpeg'] }],
    ['archives/zip/cover-is-pixel-bomb.cbz', { state: 'READY', pages: ['ERR_2001', 'image/jpeg'] }],
    // cut off
    ['archives/zip/truncated-in-data.cbz', { state: 'READY', comment: 'ERR_2002', pages: jpeg(3) }],
    ['archives/zip/truncated-in-directory.cbz', { state: 'READY', comment: 'ERR_2002', pages: jpeg(6) }],
    ['archives/rar/rar5-truncated.cbr', { state: 'READY', comment: 'ERR_1007 [003.jpg]', pages: jpeg(2) }],
    ['pdf/truncated.pdf', { state: 'ERROR', comment: 'ERR_2002' }],
    ['epub/truncated.epub', { state: 'ERROR', comment: 'ERR_2002' }],
    // encrypted
    ['archives/zip/encrypted-aes256.cbz', { state: 'UNSUPPORTED', comment: 'ERR_1002' }],
    ['archives/zip/encrypted-partly.cbz', { state: 'READY', comment: 'ERR_1007 [page004.png, page005.png]', pages: jpeg(3) }],
    ['archives/7z/encrypted-header.cb7', { state: 'UNSUPPORTED', comment: 'ERR_1002' }],
    ['pdf/encrypted-user-password.pdf', { state: 'UNSUPPORTED', comment: 'ERR_1002' }],
    // no books
    ['archives/zip/random-bytes.cbz', { state: 'UNSUPPORTED', comment: 'ERR_1001' }],
    ['pdf/zero-bytes.pdf', { state: 'UNSUPPORTED', comment: 'ERR_1001' }],
    // documents
    ['epub/external-entity.epub', { state: 'READY' }],
    ['epub/picture-link-leaves-book.epub', { state: 'READY', comment: 'ERR_1033 [img0002]' }],
    ['pdf/page-14400-points.pdf', { state: 'READY', pages: jpeg(1) }],
    ['pdf/high-resolution-scan.pdf', { state: 'READY', pages: jpeg(1) }],
    ['pdf/page-count-lies.pdf', { state: 'READY' }],
  ]; // prettier-ignore

  test.each(rows)('%s', async (name, expected) => {
    await expectHarmless(path.join(reference, 'corpus/open', name), expected);
  });

  test('JavaScript of a PDF does not run, and its pages are rendered', async () => {
    const file = path.join(reference, 'corpus/open/pdf/javascript-and-attachment.pdf');
    await expectHarmless(file, { state: 'READY' });
    const { content } = await analyze(file);
    const location = content?.pages[0]?.location ?? { kind: 'render', page: 1 };
    const { data } = await pool().page({ path: file, container: 'pdf', location });
    expect(await readMark(data)).not.toBeNull();
  });

  const comicInfos = readdirSync(path.join(reference, 'corpus/open/comicinfo')).filter((name) =>
    /^(hostile|malformed)/u.test(name),
  );
  test.each(comicInfos)('a book with the ComicInfo %s stays ready and takes nothing from outside', async (name) => {
    const data = readFileSync(path.join(reference, 'corpus/open/comicinfo', name));
    const file = await save('info.cbz', buildZip([{ name: '1.png', data: aPng(40, 60) }, { name: 'ComicInfo.xml', data, method: 8 }])); // prettier-ignore
    await expectHarmless(file, { state: 'READY', pages: jpeg(1) });
    expect(JSON.stringify((await analyze(file)).comicInfo) ?? '').not.toMatch(/root:|lol{9}/u);
  });
});

describe('entity attacks', () => {
  const attack = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 12 }, (_, n) => `<!ENTITY ${String.fromCharCode(98 + n)} "${`&${String.fromCharCode(97 + n)};`.repeat(10)}">`).join('')}<!ENTITY file SYSTEM "file:///etc/passwd">]>`;

  test('in ComicInfo expand to nothing', async () => {
    const info = `${attack}<ComicInfo><Title>&m;</Title><Summary>&file;</Summary></ComicInfo>`;
    const file = await save('xxe.cbz', buildZip([{ name: '1.png', data: aPng(40, 60) }, { name: 'ComicInfo.xml', data: info }])); // prettier-ignore
    await expectHarmless(file, { state: 'READY', pages: jpeg(1) });
    expect(JSON.stringify((await analyze(file)).comicInfo)).not.toMatch(/aaaa|root:/u);
  });

  test('in the package document of an EPUB expand to nothing', async () => {
    const container = '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>';
    const opf = `${attack}<package><metadata><title>&m;&file;</title></metadata><manifest><item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="p"/></spine></package>`;
    const parts = [
      { name: 'mimetype', data: 'application/epub+zip' },
      { name: 'META-INF/container.xml', data: container },
      { name: 'a.opf', data: opf },
      { name: 'p.xhtml', data: '<html><body>words that are many enough to be a book</body></html>' },
    ];
    const file = await save('xxe.epub', buildZip(parts));
    const analysis = await analyze(file);
    expect(analysis.state.mediaStatus).toMatch(/READY|ERROR/u);
    expect(JSON.stringify(analysis.opf) ?? '').not.toMatch(/aaaa|root:/u);
    await expectAlive();
  });
});

test('an SVG with scripts is neither page nor cover, and is not converted', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><image href="file:///etc/passwd"/></svg>';
  const file = await save('svg.cbz', buildZip([{ name: '0.svg', data: svg }, { name: '00.jpg', data: svg }, { name: '1.png', data: aPng(40, 60) }])); // prettier-ignore
  await expectHarmless(file, { state: 'READY', pages: jpeg(1) });
  await expect(pool().convert(Buffer.from(svg), { format: 'png' })).rejects.toMatchObject({ code: 'ERR_2003' });
});

test.each([['7z', []], ['ZIP', ['-tzip', '-mm=LZMA']]])('names in a %s that lead out of it write nothing and are pages', async (kind, options) => {
  const name = 'a_parent_folder_page.png';
  const bytes = await buildSevenZip([{ name, data: aPng(40, 60) }], kind === '7z' ? ['-mhc=off', ...options] : [...options]);
  const wide = kind === '7z';
  const from = Buffer.from(name, wide ? 'utf16le' : 'latin1');
  const to = Buffer.from('../../../etc/cron/p.png'.padEnd(name.length, 'x'), wide ? 'utf16le' : 'latin1');
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from)) to.copy(bytes, at);
  if (wide) fixChecksums(bytes);
  const file = await save(`traversal-${kind}.cbx`, bytes);
  await expectHarmless(file, { state: 'READY', pages: jpeg(1) });
}); // prettier-ignore

function fixChecksums(bytes: Buffer): void {
  const start = 32 + Number(bytes.readBigUInt64LE(12));
  bytes.writeUInt32LE(crc32(bytes.subarray(start)), 28);
  bytes.writeUInt32LE(crc32(bytes.subarray(12, 32)), 8);
}

describe('a TAR, as it is and packed,', () => {
  const png = aPng(40, 60);
  const kinds: [string, (parts: TarPart[]) => Promise<Buffer>][] = [
    ['plain', (parts) => Promise.resolve(buildTar(parts))],
    ['gzip', (parts) => packWhole(buildTar(parts), 'gzip')],
    ['xz', (parts) => packWhole(buildTar(parts), 'xz')],
  ];

  test.each(kinds)('%s: names that lead out write nothing and are pages; links are none', async (kind, build) => {
    const names = ['../../p1.png', '/etc/cron.d/p2.png', 'C:\\Windows\\p3.png', '..\\p4.png', 'same.png', 'same.png'];
    const links = ['1', '2'].map((type): TarPart => ({ name: `link${type}.png`, type, link: '/etc/passwd' }));
    const parts = [...names.map((name): TarPart => ({ name, data: png })), ...links];
    const file = await save(`names-${kind}.cbt`, await build(parts));
    await expectHarmless(file, { state: 'READY', pages: jpeg(names.length) });
  });

  test.each(kinds)('%s: a size that lies is not believed', async (kind, build) => {
    const parts: TarPart[] = [{ name: '1.png', data: png }, { name: '2.png', data: png, size: '00077777777' }];
    const file = await save(`sizes-${kind}.cbt`, await build(parts));
    const comment = 'ERR_2002 ERR_1007 [2.png]';
    await expectHarmless(file, { state: 'READY', comment, pages: jpeg(1) });
  });

  test('that packs to nothing is given up when that shows', async () => {
    const data = Buffer.concat([Buffer.from('BM'), Buffer.alloc(40 * mebibytes)]);
    const file = await save('bomb.cbt', await packWhole(buildTar([{ name: '1.bmp', data }]), 'gzip'));
    await expectHarmless(file, { state: 'ERROR', comment: 'ERR_2001' });
  });

  test('inside another archive is no page of it', async () => {
    const inner = await packWhole(buildTar([{ name: '1.png', data: png }]), 'gzip');
    const file = await save('nest.cbt', await packWhole(buildTar([{ name: 'inner.tar.gz', data: inner }]), 'xz'));
    await expectHarmless(file, { state: 'ERROR', comment: 'ERR_1006' });
  });
}); // prettier-ignore

test('names that are twice in a 7z are two pages', async () => {
  const bytes = await buildSevenZip([1, 2].map((n) => ({ name: `same${n}.png`, data: aPng(40, 60, n) })), ['-mhc=off']);
  const to = Buffer.from('same1.png', 'utf16le');
  to.copy(bytes, bytes.indexOf(Buffer.from('same2.png', 'utf16le')));
  fixChecksums(bytes);
  await expectHarmless(await save('twice.cb7', bytes), { state: 'READY', pages: jpeg(2) });
}); // prettier-ignore

test('a 7z that was cut off is damaged', async () => {
  const bytes = await buildSevenZip([{ name: '1.png', data: aPng(40, 60) }]);
  const file = await save('cut.cb7', bytes.subarray(0, bytes.length - 9));
  await expectHarmless(file, { state: 'ERROR', comment: 'ERR_2002' });
});

test('a JPEG 2000 picture whose data is larger than its header says is refused', async () => {
  const bytes = readFileSync(path.join(__dirname, 'pictures/p3-numbers.jp2'));
  const size = bytes.indexOf(Buffer.from('ff4fff51', 'hex')) + 8;
  [60_000, 60_000].forEach((pixels, at) => bytes.writeUInt32BE(pixels, size + 4 * at));
  const parts = [{ name: '1.jp2', data: bytes }, { name: '2.png', data: aPng(40, 60) }];
  await expectHarmless(await save('jp2.cbz', buildZip(parts)), { state: 'READY', pages: ['ERR_2001', 'image/jpeg'] });
}); // prettier-ignore

describe('bombs', () => {
  test('a 7z that unpacks to thousands of times its size is refused before it is unpacked', async () => {
    const file = await save('bomb.cb7', await buildSevenZip([{ name: '1.bmp', data: Buffer.concat([Buffer.from('BM'), Buffer.alloc(40 * mebibytes)]) }])); // prettier-ignore
    expect(statSync(file).size).toBeLessThan(mebibytes / 20);
    await expectHarmless(file, { state: 'ERROR', comment: 'ERR_2001' });
  });

  test('a ZIP entry packed with bzip2 that does so is refused too', async () => {
    const data = Buffer.concat([Buffer.from('BM'), Buffer.alloc(40 * mebibytes)]);
    const file = await save('bomb.cbz', await buildSevenZip([{ name: '1.bmp', data }], ['-tzip', '-mm=BZip2']));
    await expectHarmless(file, { state: 'ERROR', comment: 'ERR_2001' });
  });

  test('a picture of ours that would need gigabytes is refused by its header', async () => {
    const bmp = Buffer.alloc(100);
    bmp.write('BM', 'latin1');
    bmp.writeUInt32LE(40, 14);
    bmp.writeInt32LE(60_000, 18);
    bmp.writeInt32LE(60_000, 22);
    const file = await save(
      'bmp.cbz',
      buildZip([
        { name: '1.bmp', data: bmp },
        { name: '2.png', data: aPng(40, 60) },
      ]),
    );
    await expectHarmless(file, { state: 'READY', pages: ['ERR_2001', 'image/jpeg'] });
  });

  test('a PDF page as large as a house is rendered small', async () => {
    const pdf = buildPdf([{ content: '1 0 0 rg 0 0 1 1 re f', page: '/MediaBox [0 0 200000 100]' }]);
    const file = await save('house.pdf', pdf);
    const { content } = await analyze(file);
    const location = content?.pages[0]?.location ?? { kind: 'render', page: 1 };
    const { data } = await pool().page({ path: file, container: 'pdf', location });
    const { width = 0, height = 0 } = await sharp(data).metadata();
    expect(width * height).toBeLessThanOrEqual(defaultLimits.renderPixels * 1.01);
  });
});

describe('links in a library', () => {
  test('a folder book does not follow links to files outside of it', async () => {
    const book = path.join(folder.path, 'linked');
    mkdirSync(book);
    await writeFile(path.join(book, '1.png'), aPng(40, 60));
    symlinkSync('/etc/passwd', path.join(book, '2.png'));
    symlinkSync('..', path.join(book, 'above'));
    const { content } = await analyze(book);
    expect(content?.pages.map(({ name }) => name)).toEqual(['1.png']);
    const request = { path: book, container: 'folder', location: { kind: 'file', name: '2.png' } } as const;
    await expect(pool().page({ ...request, convert: 'jpeg' })).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_/u) as string }); // prettier-ignore
    await expectAlive();
  });

  test('a name that a page was stored under does not lead out of the folder', async () => {
    const book = path.join(folder.path, 'linked');
    const opener = createPageOpener();
    for (const name of ['../alive.cbz', '/etc/passwd', '2.png']) {
      await expect(opener.openPage(book, 'folder', { kind: 'file', name })).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_/u) as string }); // prettier-ignore
    }
    await opener.close();
  });

  test('a named pipe or a device is no book', async () => {
    await expectHarmless('/dev/null', { state: 'UNSUPPORTED', comment: 'ERR_1001' });
  });
});

describe('a file that changes while it is read', () => {
  const pages = [1, 2, 3].map((n) => ({ name: `${n}.png`, data: aPng(200, 300, n) }));
  const kinds: [string, () => Promise<Buffer>][] = [
    ['ZIP', () => Promise.resolve(buildZip(pages))],
    ['7z', () => buildSevenZip(pages)],
    ['ZIP with LZMA', () => buildSevenZip(pages, ['-tzip', '-mm=LZMA'])],
    ['TAR', () => Promise.resolve(buildTar(pages))],
    ['TAR in gzip', () => packWhole(buildTar(pages), 'gzip')],
    ['PDF', () => Promise.resolve(buildPdf(pages.map(() => ({ content: '0 0 9 9 re f', page: '/MediaBox [0 0 200 300]' }))))], // prettier-ignore
  ];

  test.each(kinds)('a %s that is cut off after it was opened gives a code', async (kind, build) => {
    const file = await save('changes.cbx', Buffer.concat([await build(), Buffer.alloc(300_000)]));
    const whole = await save(`whole-${kind}.cbx`, await build());
    const { content } = await analyze(whole);
    const last = content?.pages.at(-1);
    const reader = await openBook(whole);
    truncateSync(whole, 100);
    const read = async () => {
      for await (const chunk of await reader.open(last?.location ?? { kind: 'render', page: 3 })) void chunk;
      return 'read before it changed';
    };
    const code = await read().catch((error: { code: string }) => error.code);
    await reader.close();
    expect(code).toMatch(/^ERR_|^read before/u);
    const request = { path: whole, container: content?.container ?? 'zip', location: last?.location ?? { kind: 'render', page: 3 } } as const; // prettier-ignore
    await expect(pool().page({ ...request, convert: 'png' })).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_/u) as string }); // prettier-ignore
    await rm(file);
    await expectAlive();
  });

  test.each(kinds)('a %s that vanishes gives the code of a missing file', async (kind, build) => {
    const file = await save(`gone-${kind}.cbx`, await build());
    const { content } = await analyze(file);
    await rm(file);
    const location = content?.pages[0]?.location ?? { kind: 'render', page: 1 };
    const request = { path: file, container: content?.container ?? 'zip', location } as const;
    await expect(pool().page(request)).rejects.toMatchObject({ code: 'ERR_1018' });
    expect((await analyze(file)).state.mediaComment).toBe('ERR_1018');
    await expectAlive();
  });

  test('a file that is replaced by another of the same name gives the pages of the other', async () => {
    const file = await save('replaced.cb7', await buildSevenZip(pages));
    const before = (await analyze(file)).content?.pages[0]?.location ?? { kind: 'render', page: 1 };
    await pool().page({ path: file, container: '7z', location: before });
    await setTimeout(5);
    writeFileSync(file, await buildSevenZip([{ name: '1.png', data: aPng(200, 300, 9) }]));
    utimesSync(file, new Date(), new Date(Date.now() + 5_000));
    const { data } = await pool().page({ path: file, container: '7z', location: before });
    expect(data).toEqual(aPng(200, 300, 9));
  });
});
