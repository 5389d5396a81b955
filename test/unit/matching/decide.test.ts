import { titleOfManga } from '../../../src/metadata/mangadex/mapping';
import { wireManga } from '../../../src/metadata/mangadex/wire';
import { decide } from '../../../src/metadata/matching/decide';
import { subjectOf, type Evidence } from '../../../src/metadata/matching/subject';
import type { ProviderTitle } from '../../../src/metadata/provider';
import { wireRecord } from '../../support/mangadex-catalogue';
import { makeCatalogue, tags, type MangaFields } from '../../support/small-catalogue';

function titles(...all: MangaFields[]): ProviderTitle[] {
  const catalogue = makeCatalogue();
  return all.map((fields) => {
    const title = titleOfManga(wireManga.parse(wireRecord(catalogue, catalogue.add(fields))));
    if (title === null) throw new Error('a title without a name');
    return title;
  });
}

const outcome = (folder: string, found: ProviderTitle[], evidence: Evidence = {}) => {
  const { outcome: result, candidates } = decide(subjectOf(folder, evidence), found);
  return { result, best: candidates[0]?.title.id, reasons: candidates[0]?.reasons.map(({ code }) => code) ?? [] };
};

const en = (title: string, fields: MangaFields = {}): MangaFields => ({ title: { en: title }, ...fields });

test.each([
  ['Blue  Lantern!', 'Blue Lantern'],
  ['Blue-Lantern', 'Blue Lantern'],
  ['Bluelantern', 'Blue Lantern'],
  ['The Blue Lantern', 'Blue Lantern'],
  ['Lantern, The', 'The Lantern'],
  ['Kyōshitsu no Uta', 'Kyoushitsu no Uta'],
  ['Uta wo Kiku', 'Uta o Kiku'],
  ['Blue Lantern v01-12 (2012) (Digital) (Group-X)', 'Blue Lantern'],
  ['[Some Group] Blue_Lantern_Vol.03', 'Blue Lantern'],
  ['Blue.Lantern.v01', 'Blue Lantern'],
  ['Blue Lantern Omnibus', 'Blue Lantern'],
  ['Blue Lantern - Deluxe Edition', 'Blue Lantern'],
  ['Blue Lantern - All-in-One Edition v01', 'Blue Lantern'],
  ['[Blue Lantern]', 'Blue Lantern'],
  ['(一般コミック) [ある人] 青い灯 第01-05巻', '青い灯'],
  ['Blue Lanterm Story', 'Blue Lantern Story'],
])('the folder "%s" is "%s"', (folder, title) => {
  expect(outcome(folder, titles(en(title)))).toMatchObject({ result: 'matched' });
});

test.each([
  ['a short name with an error', 'Blue Sue', 'Blue Sun'],
  ['the first words of a longer name', 'Blue Lantern', 'Blue Lantern Academy'],
  ['a short word more', 'Blue Lantern Z', 'Blue Lantern'],
  ['another number', '20th Lantern Boys', '21st Lantern Boys'],
  ['another part', 'Blue Lantern Part 7', 'Blue Lantern Part 8'],
  ['the other side of a dash', 'Blue Lantern - Red Moon Rising', 'Blue Lantern'],
  ['a voiced letter in kana', 'ワンハンマン', 'ワンパンマン'],
  ['a light novel', 'Blue Lantern (Light Novel)', 'Blue Lantern'],
  ['a heap of files', '_unsorted', 'Unsorted'],
])('%s is not enough', (_why, folder, title) => {
  expect(outcome(folder, titles(en(title))).result).not.toBe('matched');
});

describe('of titles with one name', () => {
  test('the author decides, in any order of names and spelling', () => {
    const found = titles(en('Twin Moon', { author: 'Satou Ken' }), en('Twin Moon', { author: 'Kim Seo' }));
    expect(outcome('Twin Moon', found).result).toBe('proposed');
    expect(outcome('Twin Moon', found, { authors: ['Ken Satō'] })).toMatchObject({
      result: 'matched',
      best: found[0]?.id,
    });
    expect(outcome('Twin Moon [Kim Seo]', found)).toMatchObject({ result: 'matched', best: found[1]?.id });
  });

  test('the serial goes before its one-shot, and the one-shot when the folder says so', () => {
    const found = titles(en('Twin Moon', { tags: [tags.oneshot.id] }), en('Twin Moon'));
    expect(outcome('Twin Moon', found)).toMatchObject({ result: 'matched', best: found[1]?.id });
    expect(outcome('Twin Moon (One-shot)', found)).toMatchObject({ result: 'matched', best: found[0]?.id });
  });

  test('the edition in the name decides', () => {
    const found = titles(en('Twin Moon'), en('Twin Moon (Official Colored)', { tags: [tags.colored.id] }));
    expect(outcome('Twin Moon', found)).toMatchObject({ result: 'matched', best: found[0]?.id });
    expect(outcome('Twin Moon (Full Color)', found)).toMatchObject({ result: 'matched', best: found[1]?.id });
  });
});

test('a serial is no substitute for a coloured edition, nor the other way round', () => {
  const [serial, colored] = titles(en('Twin Moon'), en('Twin Moon (Official Colored)', { tags: [tags.colored.id] }));
  expect(outcome('Twin Moon (Colored)', serial ? [serial] : []).result).not.toBe('matched');
  expect(outcome('Twin Moon', colored ? [colored] : []).result).not.toBe('matched');
});

test('an id in the files decides against every name', () => {
  const found = titles(en('Something Else', { links: { al: '4711' } }), en('Twin Moon'));
  const links = ['https://anilist.co/manga/4711/twin'];
  expect(outcome('Twin Moon', found, { links })).toMatchObject({ result: 'matched', best: found[0]?.id });
  expect(outcome(`Whatever {mangadex-${found[1]?.id}}`, found)).toMatchObject({
    result: 'matched',
    best: found[1]?.id,
  });
});

test.each([
  ['another author', {}, { authors: ['Nobody Else'] }, 'author-differs'],
  ['a western publisher', {}, { publisher: 'Marvel' }, 'publisher'],
  [
    'many more volumes than there are',
    { status: 'completed', lastVolume: '3' },
    { lastVolume: 12 },
    'volumes-too-many',
  ],
])('%s makes a sure match a question', (_what, fields, evidence, reason) => {
  const found = outcome('Twin Moon', titles(en('Twin Moon', fields)), evidence);
  expect(found.result).toBe('proposed');
  expect(found.reasons).toContain(reason);
});

test('a folder that is years older is another work; a later edition is not', () => {
  const found = titles(en('Twin Moon', { year: 2010 }));
  expect(outcome('Twin Moon (1999)', found).result).toBe('proposed');
  expect(outcome('Twin Moon (2019)', found).result).toBe('matched');
});
