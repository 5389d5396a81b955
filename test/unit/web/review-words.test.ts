import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FieldDifference, Provider } from '../../../src/web/api/metadata-types';
import {
  differenceRows,
  keptText,
  likelihood,
  progressText,
  providerText,
  reasonText,
} from '../../../src/web/pages/review-words';

test('a reason says what agrees; one without words is shown by its code', () => {
  expect(reasonText({ code: 'author', detail: 'Mori Aoi' })).toBe('same author: Mori Aoi');
  expect(reasonText({ code: 'title-same', detail: 'Twin Moon / Twin Moon' })).toBe('same title');
  expect(reasonText({ code: 'something-new', detail: '' })).toBe('something-new');
});

test('every reason of the matcher has words', () => {
  const folder = path.resolve('src/metadata/matching');
  const sources = ['score.ts', 'decide.ts'].map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
  const likeness = readFileSync(path.join(folder, 'similarity.ts'), 'utf8');
  const codes = [
    ...[...sources.matchAll(/code: '([a-z-]+-[a-z-]+|author|year|volumes|publisher|id)'/gu)].map(([, code]) => code),
    ...[...sources.matchAll(/, '((?:edition|kind)-[a-z-]+)', /gu)].map(([, code]) => code),
    ...[...likeness.matchAll(/code: '([a-z-]+)'/gu)].map(([, code]) => `title-${code}`),
  ];
  expect(codes.length).toBeGreaterThan(25);
  const unsaid = codes.filter((code) => code !== undefined && reasonText({ code, detail: '' }) === code);
  expect(unsaid).toEqual([]);
});

test.each([
  [0.97, 'very likely'],
  [0.8, 'likely'],
  [0.62, 'possible'],
])('%d is %s', (score, words) => expect(likelihood(score)).toBe(words));

test('of two that fit alike none is called likely', () => {
  expect(likelihood(1, true)).toBe('but another one fits as well');
});

const change = (field: string, before: unknown, after: unknown, bookId: string | null = null): FieldDifference => ({
  ...{ bookId, field, before, after },
});

test('a difference tells fields of the series one by one and those of books together', () => {
  const links = [{ label: 'MangaDex', url: 'https://mangadex.org/title/1' }];
  const people = [
    { name: 'Mori Aoi', role: 'writer' },
    { name: 'Mori Aoi', role: 'penciller' },
  ];
  const changes = [
    ...[change('status', 'ONGOING', 'ENDED'), change('readingDirection', null, 'WEBTOON')],
    ...[change('summary', '', 'A story.'), change('links', [], links), change('ageRating', null, 16)],
    ...['1', '2'].map((id) => change('authors', [], people, id)),
  ];
  expect(differenceRows(changes)).toEqual([
    { label: 'Status', before: 'Ongoing', after: 'Ended' },
    { label: 'Reading direction', before: '–', after: 'Webtoon' },
    { label: 'Summary', before: '–', after: 'A story.' },
    { label: 'Links', before: '–', after: 'MangaDex' },
    { label: 'Age rating', before: '–', after: '16' },
    { label: 'People of 2 books', before: '–', after: 'Mori Aoi' },
  ]);
  expect(keptText([{ ...change('summary', 'a', 'b'), because: 'locked' }])).toBe('Summary (locked)');
});

const provider: Provider = {
  ...{ mode: 'auto', breaker: 'closed', openUntil: null, pausedUntil: null, pauseReason: null, lastFailure: null },
  ...{ series: {}, requested: 0 },
};

test('an outage, a pause and a good day are told apart', () => {
  const later = '2026-11-25T20:00:00Z';
  expect(providerText(provider)).toEqual({ text: 'MangaDex answers.', trouble: false });
  expect(providerText({ ...provider, breaker: 'open', openUntil: later, lastFailure: 'answer 503' }).text).toMatch(
    /^MangaDex does not answer \(answer 503\)\. The next try is at /u,
  );
  expect(providerText({ ...provider, pausedUntil: later, pauseReason: 'too many requests' }).text).toMatch(
    /^MangaDex wants a pause until .*too many requests/u,
  );
  expect(providerText({ ...provider, mode: 'off' }).text).toContain('switched off');
  expect(progressText({ ...provider, series: { matched: 312, none: 1, never: 2 }, requested: 4 })).toBe(
    '312 matched, 3 without a title, 4 still to be looked up',
  );
});
