import { readFileSync } from 'node:fs';
import path from 'node:path';
import { analyzeFile } from '../../../src/library/book-content';
import { defaultLimits } from '../../../src/media/limits';
import { bookPatchFromComicInfo } from '../../../src/metadata/book-patch';
import { seriesPatchFromComicInfo } from '../../../src/metadata/series-patch';
import { describeWithReference } from '../../support/reference';

interface Entry {
  path: string;
  expected: { metadata?: Record<string, unknown> };
}

/** What is taken over from a book's file, of all of its sources. */
async function described(file: string): Promise<Record<string, unknown>> {
  const signal = new AbortController().signal;
  const analysis = await analyzeFile(file, { limits: defaultLimits, dimensions: false, posterEdge: null, signal });
  const { comicInfo, opf } = analysis;
  const series = (comicInfo && seriesPatchFromComicInfo(comicInfo, { appendVolume: true })) ?? opf?.series;
  const book = (comicInfo && bookPatchFromComicInfo(comicInfo)) ?? opf?.book;
  return { ...series, series: series?.title, ...book };
}

describeWithReference('metadata inside the books of the corpus', (directory) => {
  const open = path.join(directory, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(open, 'manifest.json'), 'utf8')) as { files: Entry[] };
  // nothing is taken over from PDFs, as in Komga
  const entries = files.filter(({ path: file, expected }) => expected.metadata && !file.endsWith('.pdf'));

  test('is there', () => expect(entries.length).toBeGreaterThan(3));

  test.each(entries.map((entry) => [entry.path, entry] as const))('of %s is found', async (file, { expected }) => {
    const wanted = expected.metadata ?? {};
    const found = await described(path.join(open, file));
    expect(found).toMatchObject(wanted);
    if (Object.keys(wanted).length === 0) expect(found).toEqual({ series: undefined });
  });

  test('is looked for under its exact name in the root only', async () => {
    for (const name of ['comicinfo-in-folder.cbz', 'comicinfo-lower-case.cbz']) {
      expect(await described(path.join(open, 'archives/comic', name))).toEqual({ series: undefined });
    }
  });
});
