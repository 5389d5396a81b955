import { findBooks } from '../../src/search/find-books';
import { findSeries } from '../../src/search/find-series';
import { everything } from '../../src/search/slice';
import { unspacedLetters, wordsOf } from '../../src/search/text-query';
import { aBook, aSeries, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
const viewer = aViewer();

/** Titles of the series that words find, best first. */
async function series(fullText: string, sort?: string[]): Promise<string[]> {
  const { rows } = await findSeries(database.db, viewer, { fullText, sort, slice: everything });
  return rows.map((row) => row.title);
}

async function books(fullText: string): Promise<string[]> {
  const { rows } = await findBooks(database.db, viewer, { fullText, slice: everything });
  return rows.map((row) => row.title);
}

const plain = [
  ...['Batman', 'Batman and Robin', 'The Long Batman Halloween', 'Superbatmania', 'Re:Zero', 'Re-Animator'],
  ...['Fate/stay night', 'X-Men', 'Straße', 'Łódź', 'œuvre', '進撃の巨人', '不道德公会', '紙の会', '紙の街と鉄の鯨'],
  ...[
    '나 혼자만 레벨업',
    'アアア',
    'がが',
    'ЖУРНАЛ',
    '!!!',
    '100% Perfect',
    'C',
    'One Piece',
    '[Oshi no Ko]',
    'Rōnin',
    'Zebra',
  ],
];

beforeAll(async () => {
  const { db } = database;
  for (const title of plain) await aSeries(db, { title });
  const eric = await aSeries(db, {
    ...{ title: 'Éric le rouge', titleSort: 'Rouge, Éric le', publisher: 'Norma Éditions', status: 'HIATUS' },
    ...{
      readingDirection: 'RIGHT_TO_LEFT',
      ageRating: 16,
      language: 'fr',
      genres: ['science fiction', 'slice of life'],
    },
    ...{ sharingLabels: ['family'], tags: ['vikings'], totalBookCount: 3, deletedAt: new Date() },
    ...{ alternateTitles: [{ label: 'en', title: 'Eric Bloodaxe' }] },
  });
  await aBook(db, {
    ...{ series: eric, title: 'Tome un', releaseDate: '1990-05-01', isbn: '9783161484100', tags: ['greenland'] },
    ...{ authors: [{ name: 'Bob Kane', role: 'writer' }], mediaStatus: 'ERROR' },
  });
  const single = await aSeries(db, { title: 'Single', oneshot: true, publisher: 'Dark Horse', genres: ['horror'] });
  await aBook(db, { series: single, title: 'Lonely' });
  await aBook(db, { series: await aSeries(db, { title: 'Hidden' }), title: 'Batman begins' });
});

test('the title itself comes first, then titles with the word, then parts of words; short before long', async () => {
  await expect(series('batman')).resolves.toEqual([
    'Batman',
    'Batman and Robin',
    'The Long Batman Halloween',
    'Superbatmania',
  ]);
  await expect(series('batman', ['relevance,desc'])).resolves.toEqual([
    'Superbatmania',
    'The Long Batman Halloween',
    'Batman and Robin',
    'Batman',
  ]);
});

test('an explicit order wins over relevance', async () => {
  await expect(series('batman', ['metadata.titleSort,desc'])).resolves.toEqual([
    'The Long Batman Halloween',
    'Superbatmania',
    'Batman and Robin',
    'Batman',
  ]);
});

test('blank words search nothing', async () => {
  await expect(series('   ')).resolves.toHaveLength(plain.length + 3);
});

test.each<[string, string[]]>([
  // parts of words from three letters on, whole words below
  ['atm', ['Batman', 'Superbatmania', 'Batman and Robin', 'The Long Batman Halloween']],
  ['on', []],
  ['c', ['C']],
  ['re', ['Re:Zero', 'Re-Animator']],
  ['no', ['[Oshi no Ko]']],
  // all words, in any order
  ['robin batman', ['Batman and Robin']],
  ['batman joker', []],
  // accents, expansions, scripts
  ['eric', ['Éric le rouge']],
  ['ÉRIC', ['Éric le rouge']],
  ['ronin', ['Rōnin']],
  ['strasse', ['Straße']],
  ['lodz', ['Łódź']],
  ['oeuvre', ['œuvre']],
  ['журнал', ['ЖУРНАЛ']],
  ['ｱｱｱ', ['アアア']],
  ['ああ', ['アアア']],
  ['かか', ['がが']],
  // Chinese, Japanese, Korean: any part, also of one character; never only pieces of it
  ['巨人', ['進撃の巨人']],
  ['進', ['進撃の巨人']],
  ['不道德', ['不道德公会']],
  ['紙の会', ['紙の会']],
  ['不公会道', []],
  ['레벨', ['나 혼자만 레벨업']],
  ['혼', ['나 혼자만 레벨업']],
  // signs that are syntax elsewhere do not hide titles
  ['Re:Zero', ['Re:Zero']],
  ['re zero', ['Re:Zero']],
  ['Fate/stay night', ['Fate/stay night']],
  ['x-men', ['X-Men']],
  ['x men', ['X-Men']],
  ['100%', ['100% Perfect']],
  ['!!!', ['!!!']],
  ['[Oshi no Ko]', ['[Oshi no Ko]']],
  ['"one piece', ['One Piece']],
  ['one piece)', ['One Piece']],
  ['nonsense:', []],
  // alternate and sort titles
  ['bloodaxe', ['Éric le rouge']],
  ['"rouge eric"', ['Éric le rouge']],
  // phrases
  ['"batman and"', ['Batman and Robin']],
  ['"man and rob"', ['Batman and Robin']],
  ['"batman an"', []],
  ['"and batman"', []],
  // boolean words
  ['batman -robin -halloween', ['Batman', 'Superbatmania']],
  ['batman NOT (robin OR halloween)', ['Batman', 'Superbatmania']],
  ['zebra OR straße', ['Zebra', 'Straße']],
  ['(robin || halloween) && batman', ['Batman and Robin', 'The Long Batman Halloween']],
  // wildcards
  ['zeb*', ['Zebra']],
  ['b?tman', ['Batman', 'Superbatmania', 'Batman and Robin', 'The Long Batman Halloween']],
  ['bat*rob*', []],
  ['zebta~', ['Zebra']],
  ['zebra~', ['Zebra']],
  ['zxbta~', []],
  ['publisher:editons~', ['Éric le rouge']],
  // fields
  ['title:zebra', ['Zebra']],
  ['publisher:norma', ['Éric le rouge']],
  ['publisher:"norma editions"', ['Éric le rouge']],
  ['status:hiatus', ['Éric le rouge']],
  ['reading_direction:right_to_left', ['Éric le rouge']],
  ['age_rating:16', ['Éric le rouge']],
  ['age_rating:1', []],
  ['age_rating:[10 TO 16]', ['Éric le rouge']],
  ['age_rating:[17 TO *]', []],
  ['language:fr', ['Éric le rouge']],
  ['genre:slice', ['Éric le rouge']],
  ['genre:"science fiction"', ['Éric le rouge']],
  ['genre:"fiction slice"', []],
  ['genre:(romance OR horror)', ['Single']],
  ['sharing_label:family', ['Éric le rouge']],
  ['tag:vikings', ['Éric le rouge']],
  ['tag:greenland', ['Éric le rouge']],
  ['series_tag:greenland', []],
  ['book_tag:greenland', ['Éric le rouge']],
  ['author:bob', ['Éric le rouge']],
  ['writer:"bob kane"', ['Éric le rouge']],
  ['penciller:bob', []],
  ['release_date:1990', ['Éric le rouge']],
  ['release_date:[1980 TO 1990]', ['Éric le rouge']],
  ['release_date:[1991 TO 2010]', []],
  ['release_date:nonsense', []],
  ['total_book_count:3', ['Éric le rouge']],
  ['book_count:1 genre:horror', ['Single']],
  ['deleted:true', ['Éric le rouge']],
  ['oneshot:true', ['Single']],
  ['complete:false', ['Éric le rouge']],
  ['complete:true', []],
  ['unknown:field', []],
])('%j finds series %j', async (text, expected) => {
  await expect(series(text)).resolves.toEqual(expected);
});

test('a negation alone finds everything else', async () => {
  const found = await series('-genre:horror');
  expect(found).toHaveLength(plain.length + 2);
  expect(found).not.toContain('Single');
});

test.each<[string, string[]]>([
  ['batman', ['Batman begins']],
  ['hidden', []],
  ['9783161484100', ['Tome un']],
  ['978-3-16-148410-0', ['Tome un']],
  ['isbn:9783161484100', ['Tome un']],
  ['tag:greenland', ['Tome un']],
  ['author:bob', ['Tome un']],
  ['writer:kane', ['Tome un']],
  ['status:error', ['Tome un']],
  ['status:ongoing', ['Lonely']],
  ['release_date:1990', ['Tome un']],
  ['deleted:true', []],
  ['oneshot:true', ['Lonely']],
  ['complete:true', ['Lonely']],
  // of the series, for one-shots only
  ['publisher:"dark horse"', ['Lonely']],
  ['publisher:norma', []],
  ['genre:horror', ['Lonely']],
])('%j finds books %j', async (text, expected) => {
  await expect(books(text)).resolves.toEqual(expected);
});

test('is never an error', async () => {
  const texts = [
    '\\',
    '"',
    '(',
    ':',
    '~',
    '^',
    '*',
    '?',
    '[a TO',
    'a:b:c:d',
    '\u0000x',
    "'; drop table series; --",
    '%',
    '_',
    'a{2}',
    '\ud800',
  ];
  for (const text of [...texts, 'x'.repeat(5_000), 'word '.repeat(1_500), '('.repeat(2_000)]) {
    await expect(series(text)).resolves.toBeInstanceOf(Array);
  }
});

test('the database splits words and letters as we do', async () => {
  const title = 'Éric’s “Ｂａｔｍａｎ”・ロビン「終」…★ a_b x—y 々ー 50% 한 กา';
  const { id, searchKey } = await aSeries(database.db, { title });
  const row = await database.db('series').where({ id }).first<{ words: string[] }>('words');
  await database.db('series').where({ id }).delete();
  expect(row.words.slice(0, wordsOf(title).length)).toEqual(wordsOf(title));
  expect(new Set(row.words.slice(wordsOf(title).length))).toEqual(new Set(unspacedLetters(searchKey)));
});
