import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bookPatchFromComicInfo } from '../../../src/metadata/book-patch';
import { parseComicInfo } from '../../../src/metadata/comic-info';
import { seriesPatchFromComicInfo } from '../../../src/metadata/series-patch';
import type { Author, ReadListEntry } from '../../../src/metadata/types';
import { bestOfThree } from '../../support/clock';
import { describeWithReference } from '../../support/reference';

interface Expectation {
  book: {
    title: string | null;
    summary: string | null;
    number: string | null;
    numberSort: number | null;
    releaseDate: string | null;
    authors: Author[];
    readLists: ReadListEntry[];
    links: string[];
    tags: string[];
    isbn: string | null;
  };
  series: {
    title: string | null;
    title_without_volume: string | null;
    readingDirection: string | null;
    publisher: string | null;
    ageRating: number | null;
    language: string | null;
    genres: string[];
    totalBookCount: number | null;
    collections: string[];
  };
}

interface Entry {
  path: string;
  expected: { parse?: 'ok' | 'lenient' | 'malformed' | 'hostile'; komga?: Expectation | null };
}

const nothing: Expectation = {
  book: {
    title: null,
    summary: null,
    number: null,
    numberSort: null,
    releaseDate: null,
    authors: [],
    readLists: [],
    links: [],
    tags: [],
    isbn: null,
  },
  series: {
    title: null,
    title_without_volume: null,
    readingDirection: null,
    publisher: null,
    ageRating: null,
    language: null,
    genres: [],
    totalBookCount: null,
    collections: [],
  },
};

interface Deviation {
  reason: string;
  book?: Partial<Expectation['book']>;
  series?: Partial<Expectation['series']>;
}

/** Where we differ from Komga on purpose. */
const deviations: Record<string, Deviation> = {
  'dates-feb-30.xml': { reason: 'Komga loses the patch; we clip the day', book: { releaseDate: '2021-02-28' } },
  'dates-minus-one.xml': {
    reason: '-1 is the default of the schema and means unknown',
    series: { title: 'Unset', totalBookCount: null },
  },
  'hostile-html-in-fields.xml': {
    reason: 'a javascript: address is no link',
    book: { links: ['https://example.org/ok'] },
  },
  'structure-whitespace.xml': { reason: 'every value is trimmed, the language too', series: { language: 'en' } },
};

const sorted = (values: readonly string[]) => [...values].sort();
/** Komga trims when it stores, we when we read. A summary of 960 kB is compared by its beginning and its length. */
function comparableText(text: string | null) {
  const trimmed = text?.trim() ?? '';
  return { begins: trimmed.slice(0, 500), length: trimmed.length };
}
const authorKeys = (authors: readonly Author[]) => sorted(authors.map(({ name, role }) => `${role}: ${name}`));

function comparable({ book, series }: Expectation) {
  return {
    book: {
      ...book,
      title: comparableText(book.title),
      summary: comparableText(book.summary),
      number: comparableText(book.number),
      authors: authorKeys(book.authors),
      tags: sorted(book.tags),
    },
    series: {
      ...series,
      genres: sorted(series.genres.map((genre) => genre.toLowerCase())),
      collections: sorted(series.collections),
    },
  };
}

function read(bytes: Buffer): Expectation | null {
  const info = parseComicInfo(bytes);
  if (info === null) return null;
  const book = bookPatchFromComicInfo(info);
  const { titleSort, ...series } = seriesPatchFromComicInfo(info, { appendVolume: true });
  expect(titleSort).toBe(series.title);
  const plainTitle = seriesPatchFromComicInfo(info, { appendVolume: false }).title ?? null;
  return {
    book: {
      ...nothing.book,
      ...book,
      authors: book.authors ?? [],
      links: (book.links ?? []).map(({ url }) => url),
      tags: book.tags ?? [],
    },
    series: {
      ...nothing.series,
      ...series,
      title_without_volume: plainTitle,
      genres: series.genres ?? [],
      collections: series.collections ?? [],
    },
  };
}

describeWithReference('ComicInfo documents of the corpus', (directory) => {
  const open = path.join(directory, 'corpus/open');
  const manifest = JSON.parse(readFileSync(path.join(open, 'manifest.json'), 'utf8')) as { files: Entry[] };
  const documents = manifest.files.filter((file) => file.path.startsWith('comicinfo/') && file.path.endsWith('.xml'));
  const named = (name: string) => readFileSync(path.join(open, 'comicinfo', name));
  const withExpectation = documents.filter(({ expected }) => expected.komga != null);
  const droppedByKomga = documents.filter(({ expected }) => expected.parse === 'lenient' && expected.komga === null);

  test('are there', () => expect(documents.length).toBeGreaterThan(40));

  test.each(withExpectation.map((entry) => [path.basename(entry.path), entry] as const))(
    '%s becomes what Komga makes of it, or what we list as better',
    (name, { expected }) => {
      const deviation = deviations[name];
      const actual = read(named(name));
      if (actual === null) throw new Error('not read');
      const wanted = expected.komga ?? nothing;
      expect(comparable(actual)).toEqual(
        comparable({
          book: { ...wanted.book, ...deviation?.book },
          series: { ...wanted.series, ...deviation?.series },
        }),
      );
    },
  );

  test.each(
    documents.filter(({ expected }) => expected.parse === 'malformed').map((entry) => [path.basename(entry.path)]),
  )('%s is malformed and gives nothing', (name) => expect(parseComicInfo(named(name))).toBeNull());

  test.each(droppedByKomga.map((entry) => [path.basename(entry.path)]))(
    '%s, dropped by Komga for one bad number, loses that number only',
    (name) => {
      const info = parseComicInfo(named(name));
      expect(info?.title ?? info?.series).toEqual(expect.any(String));
    },
  );

  test.each(documents.filter(({ path: file }) => file.includes('hostile')).map((entry) => [path.basename(entry.path)]))(
    '%s is read within 100 ms, nothing expanded, no file opened',
    (name) => {
      const bytes = named(name);
      expect(bestOfThree(() => parseComicInfo(bytes))).toBeLessThan(100);
      const text = JSON.stringify(parseComicInfo(bytes));
      expect(text.length).toBeLessThan(bytes.length + 2000);
      expect(text).not.toContain('root:');
      expect(text).not.toContain('lollol');
    },
  );
});
