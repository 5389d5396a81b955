import { titleOfManga } from '../../../src/metadata/mangadex/mapping';
import { wireManga } from '../../../src/metadata/mangadex/wire';
import { decide, type Outcome } from '../../../src/metadata/matching/decide';
import { readFolderName } from '../../../src/metadata/matching/folder-name';
import { findMatch } from '../../../src/metadata/matching/match';
import { subjectOf } from '../../../src/metadata/matching/subject';
import type { ProviderTitle } from '../../../src/metadata/provider';
import { searchCatalogue, wireRecord } from '../../support/mangadex-catalogue';
import { makeCatalogue, tags, type MangaFields } from '../../support/small-catalogue';

/** Names that are nearly right, and right ones that look odd: a wrong match costs more than a missing one. */

const catalogue = makeCatalogue();
function made(fields: MangaFields): ProviderTitle {
  const title = titleOfManga(wireManga.parse(wireRecord(catalogue, catalogue.add(fields))));
  if (title === null) throw new Error('a title without a name');
  return title;
}

const outcome = (folder: string, ...found: MangaFields[]): Outcome =>
  decide(subjectOf(folder), found.map(made)).outcome;

const moon = (fields: MangaFields = {}): MangaFields => ({ title: { en: 'Twin Moon' }, ...fields });
const named = (title: string, ...own: { id: string }[]) => ({ title: { en: title }, tags: own.map(({ id }) => id) });

test.each<[what: string, folder: string, record: MangaFields]>([
  ['a letter more, where the blanks differ too', 'Akane Banashi Z', named('Akanebanashi')],
  ['a Roman two, where the blanks differ too', 'Mane Mane Nichi Nichi II', named('Manemane Nichinichi')],
  ['another short word at the end', 'Houkago Play Jr', named('Houkago Play R')],
  ['a sequel by its number', 'Twin Moon 2', moon()],
  ['a sequel by its word', 'Twin Moon Next', moon()],
  ['a spin-off behind a dash', 'Twin Moon - Gaiden', moon()],
  ['an anthology of the series', 'Twin Moon Anthology', moon()],
  ['the series, where only its anthology is', 'Twin Moon', named('Twin Moon', tags.anthology)],
  ['the series, where only a doujinshi of it is', 'Twin Moon', named('Twin Moon (Doujinshi)', tags.doujinshi)],
  ['the series, where only its colours are', 'Twin Moon', named('Twin Moon (Official Colored)', tags.colored)],
  [
    'the official colours, where only those of a fan are',
    'Twin Moon (Full Color)',
    named('Twin Moon', tags.fanColored),
  ],
  ['a coloured edition, where only the series is', 'Twin Moon カラー版', moon()],
  ['a one-shot of the same year as the series', 'Twin Moon (One-shot) (2010)', moon({ year: 2010 })],
  ['a web comic of the same year as the series', 'Twin Moon (Webcomic) (2010)', moon({ year: 2010 })],
  [
    'a series of several volumes, where only a one-shot is',
    'Twin Moon',
    { ...named('X', tags.oneshot), altTitles: [{ en: 'Twin Moon' }] },
  ],
  ['a namesake that is told apart by its author', 'Twin Moon', named('Twin Moon (Kim Seo)')],
  ['a part whose name stands in brackets', 'Twin Moon[JACK] v01', moon()],
  ['a light novel', 'Twin Moon [LN]', moon()],
  ['a novel in Japanese', '双月 小説', named('双月')],
  ['a fan book', 'Twin Moon Official Fanbook', moon()],
  ['a book of pictures', 'Twin Moon 画集', moon()],
  ['a film comic', 'Twin Moon Film Comic', moon()],
  ['years before the title began', 'Twin Moon (1990)', moon({ year: 2010 })],
  ['two letters for one in Korean', '나 혼자만 레벨다운', named('나 혼자만 레벨업')],
])('%s is not matched by itself', (_what, folder, record) => {
  expect(outcome(folder, record)).not.toBe('matched');
});

test.each<[what: string, folder: string, record: MangaFields]>([
  ['full width', 'ＴＷＩＮ　ＭＯＯＮ', moon()],
  ['Chinese, with its volumes', '鬼灭之灯 第01-23卷', named('鬼灭之灯')],
  ['Korean, with its volumes', '나 혼자만 레벨다운 1-10권 (완결)', named('나 혼자만 레벨다운')],
  ['Japanese, whole', '双月の物語 全13巻 完結', named('双月の物語')],
  [
    'with group, maker, source and resolution',
    '[Group] Twin Moon v01-12 (2014-2019) (Digital) [1920px] (maker-Empire)',
    moon(),
  ],
  ['with a mark in front that other names have for heaps of files', '#Twin Moon', moon()],
  ['long vowels by macrons', 'Tōkyō Gakkyū', named('Toukyou Gakkyuu')],
  ['long vowels left out', 'Tokyo Gakkyu', named('Toukyou Gakkyuu')],
  ['particles by their sound', 'Tsuki wo Yobu', named('Tsuki o Yobu')],
  ['an omnibus', 'Twin Moon Omnibus v01-03', moon()],
  ['a season of a strip', 'Twin Moon S02', named('Twin Moon', tags.longStrip)],
  ['with its author', 'Twin Moon [Mori Aoi]', named('Twin Moon (Mori Aoi)')],
  ['a later edition in another country', 'Twin Moon (2019)', moon({ year: 2010 })],
  [
    'a doujinshi that says so',
    'Twin Moon - The Sun (Doujinshi)',
    named('Twin Moon - The Sun (Doujinshi)', tags.doujinshi, tags.oneshot),
  ],
  [
    'a strip that came out in colour',
    'Twin Moon',
    { ...named('Twin Moon', tags.longStrip, tags.colored), originalLanguage: 'ko' },
  ],
])('the name in an odd form is found: %s', (_what, folder, record) => {
  expect(outcome(folder, record)).toBe('matched');
});

test.each([
  ...['v01', 'v01-v12', 'Vol. 1-5', 'Volumes 1 to 5', 'Vols 1-5 of 10', 'v1-3,5', '01-12', '#1-12', '1~10', 'c001-050'],
  ...[
    'T01 à T12',
    'Tomos 1-3',
    'Band 2',
    '第一巻',
    '第01-34巻',
    '全13巻 完結',
    '1-23卷',
    '1-10권',
    'S02',
    'Season 2',
    '3부',
  ],
])('"Twin Moon %s" is Twin Moon', (numbers) => {
  expect(readFolderName(`Twin Moon ${numbers}`).titles).toEqual(['Twin Moon']);
});

test.each(['24-7', 'Area 51', 'Zom 100', '20 Seiki Shounen', 'Vol.12', 'Kaiju No. 8'])(
  '"%s" keeps its number',
  (name) => {
    expect(readFolderName(name).titles[0]).toBe(name);
  },
);

test.each([
  ['Protagonists Younger Sister', 'The Protagonist’s Younger Sister'],
  ['DragonBoat', 'Dragon Boat'],
  ['Tōkyō Gakkyū', 'Toukyou Gakkyuu'],
  ['Twin Moon and the Very Long Road (Fan Scan) v01', 'Twin Moon and the Very Long Road'],
])('a search finds "%s" as "%s"', async (folder, title) => {
  const own = makeCatalogue();
  const record = own.add({ title: { en: title } });
  own.add({ title: { en: 'Something Else' } });
  const search = (query: string) =>
    Promise.resolve(
      searchCatalogue(own, query).flatMap((manga) => titleOfManga(wireManga.parse(wireRecord(own, manga))) ?? []),
    );
  const result = await findMatch({ search, details: () => Promise.resolve(new Map()) }, subjectOf(folder));
  expect(result).toMatchObject({ outcome: 'matched', candidates: [{ title: { id: record.id } }] });
});
