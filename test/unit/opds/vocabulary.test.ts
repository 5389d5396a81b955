import { fileNameFor } from '../../../src/opds/file-name';
import { acquisitionType, type BookContainer } from '../../../src/opds/media-types';
import { lastPage, pageHref, pageLinks } from '../../../src/opds/paging';
import { credits } from '../../../src/opds/people';
import { streamType } from '../../../src/opds/pse';
import { feedUrn, urnOf } from '../../../src/opds/urn';
import { encodeSegment, languageTag, partialDate, timestamp } from '../../../src/opds/wording';
import type { Container } from '../../../src/media/reader';

describe('names of files', () => {
  test.each<[string, BookContainer, string]>([
    ['Series v01.cbz', 'zip', 'Series v01.cbz'],
    ['Series v01.zip', 'zip', 'Series v01.cbz'],
    ['a RAR by a wrong name.cbz', 'rar4', 'a RAR by a wrong name.cbr'],
    ['Series v01.CBR', 'rar5', 'Series v01.cbr'],
    ['Series v01.7z', '7z', 'Series v01.cb7'],
    ['Series v01.tar', 'tar', 'Series v01.cbt'],
    ['Series v01.tar.xz', 'tar', 'Series v01.cbt'],
    ['Series vol. 1.5', 'folder', 'Series vol. 1.5.cbz'],
    ['scans.zip', 'folder', 'scans.zip.cbz'],
    ['a/b\\c;d.pdf', 'pdf', 'a b c d.pdf'],
    ['紙の街 第01巻.epub', 'epub', '紙の街 第01巻.epub'],
    ['..', 'folder', '...cbz'],
    ['.cbz', 'zip', 'book.cbz'],
    ['bell\u0007\ud800.cbz', 'zip', 'bell.cbz'],
  ])('%j, a %s, is delivered as %j', (name, container, expected) => {
    expect(fileNameFor(name, container)).toBe(expected);
  });

  test('survive as a segment of an address', () => {
    for (const name of ['100% #1? [a&b] 漫画.cbz', 'a+b "c".cbz', "it's (1).cbz"]) {
      expect(
        new URL(`https://h/file/${encodeSegment(name)}?x`).pathname.split('/').map(decodeURIComponent).at(-1),
      ).toBe(name);
    }
    expect(() => encodeSegment('lone \ud800')).not.toThrow();
  });

  test('every container that can be opened has a type', () => {
    const containers: Container[] = ['zip', 'rar4', 'rar5', 'pdf', 'epub', 'folder'];
    expect(containers.map((container) => acquisitionType(container))).not.toContain(undefined);
  });
});

describe('ids', () => {
  test('of a series, of its feed and of a book with the same number differ', () => {
    expect(new Set([urnOf('series', 'X'), feedUrn('series', 'X'), urnOf('book', 'X')]).size).toBe(3);
  });

  test('are IRIs whatever the name', () => {
    expect(urnOf('publisher', 'Éd. & <Co>')).toBe('urn:kiremisu:publisher:%C3%89d.%20%26%20%3CCo%3E');
  });

  test('of feeds cannot run into each other', () => {
    expect(feedUrn('search', 'a:b')).not.toBe(feedUrn('search', 'a', 'b'));
  });
});

describe('paging', () => {
  const paging = (total: number, page: number) => ({
    total,
    size: 10,
    page,
    href: (number: number) => pageHref('/s?q=1', number),
  });
  const links = (total: number, page: number) =>
    Object.fromEntries(pageLinks(paging(total, page)).map(({ rel, href }) => [rel, href]));

  test.each([
    [0, 0],
    [1, 0],
    [10, 0],
    [11, 1],
    [20, 1],
    [21, 2],
  ])('%i things end on page %i', (total, last) => {
    expect(lastPage(paging(total, 0))).toBe(last);
  });

  test('ends where nothing follows: no empty last page', () => {
    expect(links(20, 1)).toEqual({ first: '/s?q=1', previous: '/s?q=1', last: '/s?q=1&page=1' });
  });

  test('leads back to the last page from beyond the end', () => {
    expect(links(20, 7)).toEqual({ first: '/s?q=1', previous: '/s?q=1&page=1', last: '/s?q=1&page=1' });
  });

  test('gives the first page one address', () => {
    expect(pageHref('/s', 0)).toBe('/s');
    expect(pageHref('/s', 2)).toBe('/s?page=2');
  });
});

describe('words', () => {
  test('people are credited once: artists, then writers, then the rest', () => {
    const people = [
      { name: 'W', role: 'writer' },
      { name: 'B', role: 'Penciller' },
      { name: 'E', role: 'editor' },
      { name: 'B', role: 'cover' },
      { name: '', role: 'writer' },
    ];
    expect(credits(people)).toEqual({ authors: ['B', 'W'], contributors: ['E'] });
  });

  test('somebody who wrote and drew is an author once', () => {
    expect(
      credits([
        { name: 'M', role: 'penciller' },
        { name: 'M', role: 'writer' },
      ]),
    ).toEqual({ authors: ['M'], contributors: [] });
  });

  test.each([
    [['image/png'], 'image/png', false],
    [['image/jpeg', 'image/jpeg'], 'image/jpeg', false],
    [['image/jpeg', 'image/png'], 'image/jpeg', true],
    [['image/webp'], 'image/jpeg', true],
    [[], 'image/jpeg', true],
  ])('pages of %j stream as %s (converted: %s)', (types, type, convert) => {
    expect(streamType(types)).toEqual({ type, convert });
  });

  test.each([
    ['en', 'en'],
    ['pt_BR', 'pt-BR'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['es-419', 'es-419'],
    ['English', null],
    ['', null],
    [null, null],
  ])('language %j is %j', (text, tag) => {
    expect(languageTag(text)).toBe(tag);
  });

  test('dates are taken as far as they are known', () => {
    expect(['2008', '2008-05', '2008-05-12', '2008-13', '08', null].map(partialDate)).toEqual([
      '2008',
      '2008-05',
      '2008-05-12',
      null,
      null,
      null,
    ]);
  });

  test('times are UTC without fraction', () => {
    expect(timestamp(new Date('2024-05-01T11:30:00.987+02:00'))).toBe('2024-05-01T09:30:00Z');
  });
});
