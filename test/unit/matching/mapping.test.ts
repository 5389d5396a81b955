import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanDescription } from '../../../src/metadata/mangadex/description';
import { chaptersOfWire, titleOfManga } from '../../../src/metadata/mangadex/mapping';
import { wireChapterList, wireManga, wireMangaList } from '../../../src/metadata/mangadex/wire';
import { describeWithReference } from '../../support/reference';

const minimal = { id: 'a-b', type: 'manga', attributes: { title: { en: 'X' } } };
const mapped = (attributes: object) =>
  titleOfManga(wireManga.parse({ ...minimal, attributes: { title: { en: 'X' }, ...attributes } }));

test('a record with nothing but a name is read', () => {
  expect(titleOfManga(wireManga.parse(minimal))).toMatchObject({ id: 'a-b', year: null, status: null, cover: null });
});

test.each([
  ['empty maps as lists', { description: [], links: [], altTitles: [] }],
  ['nulls', { description: null, links: null, altTitles: null, tags: null, year: null, lastVolume: null }],
  ['other types', { year: '2010', tags: [{ id: 3 }], status: 7, links: { al: 12 }, altTitles: ['x', { en: 4 }] }],
])('%s are tolerated', (_what, attributes) => {
  expect(mapped(attributes)).toMatchObject({ titles: [{ language: 'en', title: 'X' }], year: null });
});

test('a name in CJK letters is not English, whatever its tag says', () => {
  const title = mapped({ title: { en: '進撃' }, originalLanguage: 'ja', altTitles: [{ en: '커피' }, { en: 'ワン' }] });
  expect(title?.titles.map(({ language }) => language)).toEqual(['ja', 'ko', 'ja']);
});

test('totals count only for a finished story, and only whole ones', () => {
  expect(mapped({ status: 'completed', lastVolume: '7', lastChapter: '70.5' })).toMatchObject({
    ...{ totalVolumes: 7, totalChapters: null, lastChapter: 70.5 },
  });
  expect(mapped({ status: 'ongoing', lastVolume: '7' })?.totalVolumes).toBeNull();
  expect(
    mapped({ status: 'completed', lastChapter: '70', chapterNumbersResetOnNewVolume: true })?.totalChapters,
  ).toBeNull();
});

test.each([
  ['erotica', 18],
  ['suggestive', 16],
  ['safe', null],
])('the rating %s becomes %s', (contentRating, age) => {
  expect(mapped({ contentRating })?.ageRating).toBe(age);
});

test('a description becomes plain text without its trailer', () => {
  const markdown =
    'He is **bold** &amp; _brave_.\nSee [here](https://x.y).\n\n- one\n- two &hearts;\n\n---\n\n**Links:**\n- [x](https://y)';
  expect(cleanDescription(markdown)).toBe('He is bold & brave.\nSee here.\n\n• one\n• two ♥');
});

test('tags that look like HTML in a description do nothing', () => {
  expect(cleanDescription('a <script>alert(1)</script> b &lt;i&gt;')).toBe('a b <i>');
});

test('of several uploads of a chapter the first title counts', () => {
  const chapter = (number: string | null, title: string | null) => ({
    ...{ id: 'c', type: 'chapter', attributes: { volume: null, chapter: number, title, translatedLanguage: 'en' } },
  });
  const { data } = wireChapterList.parse({
    data: [chapter('1', ''), chapter('1', 'A'), chapter('1', 'B'), chapter(null, 'C')],
  });
  expect(chaptersOfWire(data, 'en')).toEqual([{ chapter: 1, volume: null, title: 'A', language: 'en' }]);
});

describeWithReference('recorded answers of MangaDex', (directory) => {
  const recorded = (file: string): unknown =>
    JSON.parse(readFileSync(path.join(directory, 'mangadex/recorded', file), 'utf8'));

  test.each([
    ['hondana-2025-06/manga-list.limit100.json'],
    ['capymanga-2024-08/manga-search-chainsaw.json'],
    ['capymanga-2024-08/manga-search-55-results.json'],
  ])('%s is read whole', (file) => {
    const raw = recorded(file) as { data: unknown[] };
    const titles = wireMangaList.parse(raw).data.map(titleOfManga);
    expect(titles).toHaveLength(raw.data.length);
    for (const title of titles) {
      expect(title?.titles.length).toBeGreaterThan(0);
      expect(title?.links[0]?.label).toBe('MangaDex');
      for (const { url } of title?.links ?? []) expect(url).toMatch(/^https?:\/\//);
    }
  });

  test('a main name under ja-ro is the first name', () => {
    const attributes = recorded('misc-2026/manga-attributes.romaji-title.2026-04.json') as { title?: object };
    const title = titleOfManga(
      wireManga.parse({ id: 'a', attributes: 'attributes' in attributes ? attributes.attributes : attributes }),
    );
    expect(title?.titles[0]?.language).toBe('ja-ro');
  });
});
