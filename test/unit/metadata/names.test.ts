import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseName, type ParsedName } from '../../../src/metadata/names';
import { bestOfThree } from '../../support/clock';
import { describeWithReference } from '../../support/reference';

test.each<[string, Partial<ParsedName>]>([
  [
    'Paper Town v03 (2019) (Digital) (some-group).cbz',
    { series: 'Paper Town', volume: '3', chapter: null, year: 2019, group: 'some-group' },
  ],
  [
    '[Some Scans] Paper Town - c012.5 (v02) [English].zip',
    { series: 'Paper Town', volume: '2', chapter: '12.5', group: 'Some Scans', language: 'en' },
  ],
  ['Paper_Town_Vol.04_Ch.034', { series: 'Paper Town', volume: '4', chapter: '34' }],
  ['Paper Town 017 (2018) (Digital).cbz', { series: 'Paper Town', chapter: '17', year: 2018, group: null }],
  ['Paper Town #001½.cbz', { series: 'Paper Town', chapter: '1½' }],
  ['Paper Town v16-17', { series: 'Paper Town', volume: '16-17' }],
  ['Paper Town - c001-006 (v01)', { series: 'Paper Town', volume: '1', chapter: '1-6' }],
  ['紙の街 第09巻', { series: '紙の街', volume: '9' }],
  ['紙の街 第25話', { series: '紙の街', chapter: '25' }],
  ['종이 마을 7.5권', { series: '종이 마을', volume: '7.5' }],
  ['Город Том 1 3-4 Глава', { series: 'Город', volume: '1', chapter: '3-4' }],
  ['Paper Town 2077', { series: 'Paper Town 2077', chapter: null, year: null }],
  ['Paper Town (2016-2019)', { series: 'Paper Town', year: 2016 }],
  ['Paper Town 02 (of 06) (1999)', { series: 'Paper Town', chapter: '2', year: 1999 }],
  ["We Can't 3 Things", { series: "We Can't 3 Things", volume: null, chapter: null }],
  ['Paper_Town_Omnibus_Edition_v01_[Some_Press]', { volume: '1', edition: 'Omnibus Edition' }],
  ['Paper Town {Full Contact Edition} v01 (2011) (Digital)', { edition: 'Full Contact Edition', group: null }],
  ['Paper Town - c003 [Full Color] [Some Press]', { edition: 'Full Color', group: 'Some Press' }],
  ['The First Edition of Paper Town 03', { edition: null }],
  ['Paper Town SP01', { special: true }],
  ['Paper Town Specials', { special: false }],
  ['Vol 1.cbz', { series: null, volume: '1', chapter: null }],
  ['012.cbz', { series: null, chapter: '12' }],
  ['1984', { series: '1984', chapter: null }],
  [
    '',
    {
      series: null,
      volume: null,
      chapter: null,
      year: null,
      group: null,
      language: null,
      edition: null,
      special: false,
    },
  ],
])('%s', (name, expected) => expect(parseName(name)).toMatchObject(expected));

test('names made to hurt cost less than 100 ms', () => {
  const parts = ['1-', '(', '[a', ' ', '#1.', 'v1 ', '0', '((((a)', '2000,', 'c1 - '];
  const names = parts.map((part) => part.repeat(5000));
  expect(Math.max(...names.map((name) => bestOfThree(() => parseName(name))))).toBeLessThan(100);
});

interface Row {
  input: string;
  expected: Record<string, Record<string, unknown>>;
}

/** Field of ours by field of theirs, and how many rows at least agree; programs contradict each other, so never all. */
const agreement: [string, string, keyof ParsedName, number][] = [
  ['Kavita', 'series', 'series', 0.95],
  ['Kavita', 'volume', 'volume', 0.96],
  ['Kavita', 'chapter', 'chapter', 0.98],
  ['Kavita', 'special', 'special', 1],
  ['comicfn2dict', 'series', 'series', 0.95],
  // It calls the volume an issue as well where there is no issue: 7 of 37 rows.
  ['comicfn2dict', 'issue', 'chapter', 0.8],
  ['comicfn2dict', 'volume', 'volume', 0.9],
  ['comicfn2dict', 'year', 'year', 0.92],
  ['comicfn2dict', 'scan_info', 'group', 0.8],
  ['comictagger', 'series', 'series', 0.84],
  ['comictagger', 'issue', 'chapter', 0.9],
  ['comictagger', 'year', 'year', 0.92],
];

/** Texts without leading zeros; an empty text is as good as none. */
const comparable = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value).replace(/^0+(?=\d)/u, '') || null
    : (value ?? null);

describeWithReference('names that other programs read', (directory) => {
  const file = path.join(directory, 'corpus/open/names/names.json');
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] };

  test.each(agreement)('%s.%s agrees with our %s in %d of the rows or more', (program, theirs, ours, share) => {
    const asked = rows.filter(({ expected }) => expected[program] !== undefined && theirs in expected[program]);
    const agreeing = asked.filter(
      ({ input, expected }) => comparable(parseName(input)[ours]) === comparable(expected[program]?.[theirs]),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(agreeing.length / asked.length).toBeGreaterThanOrEqual(share);
  });
});
