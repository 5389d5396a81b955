import type { Book } from '../../../src/web/api/types';
import {
  bookTitle,
  counted,
  credits,
  languageText,
  readShare,
  readText,
  sizeText,
} from '../../../src/web/parts/format';
import { isWaiting, mediaProblem, mediaRemark } from '../../../src/web/parts/media-problem';

const media = (given: Partial<Book['media']> = {}): Book['media'] => ({
  status: 'READY',
  mediaType: 'application/zip',
  mediaProfile: 'DIVINA',
  pagesCount: 40,
  comment: '',
  ...given,
});
const progress = (page: number, completed = false) => ({ page, completed, readDate: '2026-01-01T00:00:00Z' });
const titled = (title: string, number = '3', oneshot = false) => bookTitle({ oneshot, metadata: { title, number } });

test('counts have their plural', () => {
  expect([counted(1, 'book'), counted(0, 'book'), counted(1200, 'series', 'series')]).toEqual([
    '1 book',
    '0 books',
    '1,200 series',
  ]);
});

test('progress is told in words and as a share', () => {
  expect(readText({ media: media(), readProgress: progress(12) })).toBe('Page 12 of 40');
  expect(readShare({ media: media(), readProgress: progress(10) })).toBe(0.25);
  expect(readText({ media: media(), readProgress: progress(40, true) })).toBe('Read');
  expect(readText({ media: media(), readProgress: null })).toBe('40 pages');
  expect(readShare({ media: media(), readProgress: null })).toBeNull();
});

test('a file that has become shorter is at most read whole', () => {
  expect(readShare({ media: media({ pagesCount: 5 }), readProgress: progress(40) })).toBe(1);
  expect(readShare({ media: media({ pagesCount: 0 }), readProgress: progress(4) })).toBe(0);
});

test('the number stands before a title that has none of its own', () => {
  expect(titled('Into the woods')).toBe('#3 – Into the woods');
  expect(titled('Volume 3')).toBe('Volume 3');
  expect(titled('')).toBe('#3');
  expect(titled('A day', '1', true)).toBe('A day');
});

test('credits are grouped by role, each name once', () => {
  const authors = [
    { name: 'B', role: 'penciller' },
    { name: 'A', role: 'writer' },
    { name: 'A', role: 'writer' },
    { name: 'C', role: 'writer' },
    { name: 'D', role: 'sound' },
  ];
  expect(credits(authors)).toEqual([
    { label: 'Story', names: 'A, C' },
    { label: 'Art', names: 'B' },
    { label: 'Sound', names: 'D' },
  ]);
});

test('a language has its name, an invalid tag stays as it is', () => {
  expect(languageText('ja')).toBe('Japanese');
  expect(languageText('not a tag')).toBe('not a tag');
  expect(languageText('')).toBe('');
});

test('a readable book has no problem', () => {
  expect(mediaProblem(media())).toBeNull();
});

test('the reason is told by its code, else by the status', () => {
  expect(mediaProblem(media({ status: 'UNSUPPORTED', comment: 'ERR_1002' }))).toMatch(/password/);
  expect(mediaProblem(media({ status: 'ERROR', comment: '' }))).toMatch(/could not be read/);
  expect(mediaProblem(media({ status: 'UNKNOWN' }))).toMatch(/waiting/);
});

test('an unknown code is shown rather than swallowed', () => {
  expect(mediaProblem(media({ status: 'ERROR', comment: 'ERR_7777 [x]' }))).toContain('ERR_7777 [x]');
});

test('a readable book may carry a remark', () => {
  expect(mediaRemark(media({ comment: 'ERR_1007 [a.jpg, b.jpg]' }))).toMatch(/Some pages/);
  expect(mediaRemark(media())).toBeNull();
  expect(mediaRemark(media({ status: 'ERROR', comment: 'ERR_1007' }))).toBeNull();
});

test('a book that is not analyzed yet is worth another look', () => {
  expect(isWaiting(media({ status: 'UNKNOWN' })) && isWaiting(media({ status: 'OUTDATED' }))).toBe(true);
  expect(isWaiting(media({ status: 'ERROR' }))).toBe(false);
});

test('sizes are told in the unit that suits them', () => {
  expect([0, 999, 1000, 12_340_000, 456_700_000, 1.5e12].map(sizeText)).toEqual([
    ...['0 B', '999 B', '1 kB', '12.3 MB', '457 MB', '1.5 TB'],
  ]);
});
