import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import sharp from 'sharp';
import { defaultLimits } from '../../../src/media/limits';
import { openBook } from '../../../src/media/open-book';
import { pictureSize } from '../../../src/media/picture-size';
import type { PageEntry, PageLocation } from '../../../src/media/reader';
import { readMark, type PageMark } from '../../support/page-mark';
import { buildPdf, imagePage } from '../../support/pdf-builder';
import { describeWithReference } from '../../support/reference';
import { temporaryFolder } from '../../support/temporary';

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function withPages<T>(
  file: string,
  work: (pages: PageEntry[], open: (location: PageLocation) => Promise<Buffer>) => Promise<T>,
  limits = defaultLimits,
): Promise<T> {
  const reader = await openBook(file, { limits });
  try {
    const { pages } = await reader.content();
    return await work(pages, async (location) => bytesOf(await reader.open(location)));
  } finally {
    await reader.close();
  }
}

const folder = temporaryFolder();

async function save(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder.path, name);
  await writeFile(file, bytes);
  return file;
}

const jpeg = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer();

const kinds = (file: string) => withPages(file, (pages) => Promise.resolve(pages.map(({ location }) => location.kind)));

describe('a page that is one JPEG', () => {
  test('is handed out as it lies in the file', async () => {
    const picture = await jpeg(40, 60);
    const file = await save('scan.pdf', buildPdf([imagePage(picture, 40, 60)]));
    const [size, bytes] = await withPages(file, async (pages, open) => {
      const [page] = pages;
      return [page, page && (await open(page.location))];
    });
    expect(size).toMatchObject({ mediaType: 'image/jpeg', width: 40, height: 60, size: picture.length });
    expect(bytes).toEqual(picture);
  });

  const cases: [string, Parameters<typeof imagePage>[3]][] = [
    ['visible text', { after: 'BT /F1 12 Tf 10 10 Td (text) Tj ET' }],
    ['a line over it', { after: '0 0 m 10 10 l S' }],
    ['a second picture', { after: 'q 10 0 0 10 0 0 cm /Im Do Q' }],
    ['a rotation', { page: '/Rotate 90' }],
    ['a smaller crop box', { page: '/CropBox [0 0 100 100]' }],
    ['a soft mask', { image: '/SMask 4 0 R' }],
    ['inverted colours', { image: '/Decode [1 0 1 0 1 0]' }],
    ['a stamp', { page: '/Annots [<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] >>]' }],
  ];
  test.each(cases)('with %s is rendered', async (_, options) => {
    const file = await save('other.pdf', buildPdf([imagePage(await jpeg(40, 60), 40, 60, options)]));
    expect(await kinds(file)).toEqual(['render']);
  });

  test('with invisible text of text recognition is handed out', async () => {
    const page = imagePage(await jpeg(40, 60), 40, 60, { after: 'BT 3 Tr /F1 12 Tf (text) Tj ET' });
    expect(await kinds(await save('ocr.pdf', buildPdf([page])))).toEqual(['span']);
  });

  test('with a link on it is handed out', async () => {
    const page = imagePage(await jpeg(40, 60), 40, 60, {
      page: '/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] >>]',
    });
    expect(await kinds(await save('link.pdf', buildPdf([page])))).toEqual(['span']);
  });
});

describe('rendering', () => {
  test('keeps a very long page within the pixel limit', async () => {
    const file = await save('long.pdf', buildPdf([{ content: '0 0 10 10 re f', page: '/MediaBox [0 0 100 9000]' }]));
    const limits = { ...defaultLimits, renderPixels: 1_000_000 };
    await withPages(
      file,
      ([page]) => {
        expect((page?.width ?? 0) * (page?.height ?? 0)).toBeLessThan(1_010_000);
        return Promise.resolve();
      },
      limits,
    );
  });
});

interface ManifestPdf {
  path: string;
  expected: { accept: string[]; marks?: PageMark[]; marks_before_rotation?: PageMark[]; sizes?: [number, number][] };
}

describeWithReference('PDF files of the corpus', (reference) => {
  const corpus = path.join(reference, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as { files: ManifestPdf[] };
  const rows = files
    .filter((file) => file.path.startsWith('pdf/') && file.expected.accept.join() === 'ready')
    .map((file): [string, ManifestPdf['expected']] => [file.path, file.expected]);

  test.each(rows.filter(([, { marks }]) => marks))('%s shows the right pages', async (name, { marks = [] }) => {
    await withPages(path.join(corpus, name), async (pages, open) => {
      for (const [index, mark] of marks.slice(0, 2).entries()) {
        const page = pages[index];
        const picture = page && (await open(page.location));
        expect(picture && (await readMark(picture))).toEqual(mark);
        expect(picture && pictureSize(picture)).toEqual({ width: page?.width, height: page?.height });
      }
    });
  });

  test.each(rows.filter(([, { marks }]) => !marks))('%s: a page has the size that the list tells', async (name) => {
    await withPages(path.join(corpus, name), async ([page], open) => {
      if (page) expect(pictureSize(await open(page.location))).toEqual({ width: page.width, height: page.height });
    });
  });

  test.each(rows.filter(([, { sizes }]) => sizes))(
    '%s has the shape of its crop boxes',
    async (name, { sizes = [] }) => {
      await withPages(path.join(corpus, name), (pages) => {
        const shapes = pages.map(({ width, height }) => (width ?? 0) / (height ?? 1));
        expect(shapes.length).toBe(sizes.length);
        for (const [index, [width, height]] of sizes.entries()) expect(shapes[index]).toBeCloseTo(width / height, 2);
        return Promise.resolve();
      });
    },
  );

  test('pages that are turned come out turned', async () => {
    await withPages(path.join(corpus, 'pdf/rotated-pages.pdf'), (pages) => {
      const wide = pages.map(({ width, height }) => (width ?? 0) > (height ?? 0));
      expect(wide).toEqual([false, true, false, true]);
      return Promise.resolve();
    });
  });
});
