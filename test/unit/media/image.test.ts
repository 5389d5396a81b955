import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { convertPicture, makePoster, pictureSize, pictureType } from '../../../src/media/image';
import { mayMove } from '../../../src/media/picture-type';
import { defaultLimits } from '../../../src/media/limits';
import { readMark, type PageMark } from '../../support/page-mark';
import { describeWithReference } from '../../support/reference';

interface ManifestPicture {
  path: string;
  expected: {
    outcome: string;
    width?: number;
    height?: number;
    format?: string | null;
    stored_swapped?: boolean;
    mark?: PageMark | null;
  };
}

const types: Record<string, string> = { ico: 'image/vnd.microsoft.icon' };

describeWithReference('pictures of the corpus', (reference) => {
  const corpus = path.join(reference, 'corpus/open');
  const { files } = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as {
    files: ManifestPicture[];
  };
  const pictures = files
    .filter((file) => file.path.startsWith('images/'))
    .map((file): [string, ManifestPicture['expected']] => [file.path, file.expected]);
  const raster = pictures.filter(([, { format }]) => format && format !== 'svg');
  const load = (name: string) => readFileSync(path.join(corpus, name));

  test.each(raster)('%s: type and stored size are read from its header', (name, expected) => {
    const { width, height, stored_swapped: swapped } = expected;
    const format = expected.format ?? '';
    const stored = swapped === true ? { width: height, height: width } : { width, height };
    expect(pictureType(load(name))).toBe(types[format] ?? `image/${format}`);
    expect(pictureSize(load(name))).toEqual(width ? stored : null);
  });

  test.each(pictures.filter(([, { outcome, format }]) => outcome === 'not-an-image' || format === 'svg'))(
    '%s is no picture',
    (name) => {
      expect(pictureType(load(name))).toBeNull();
    },
  );

  const decodable = raster.filter(([, { outcome }]) => outcome === 'decodable');
  test.each(decodable)('%s: its poster is small and upright', async (name, { mark, width = 0, height = 0 }) => {
    const poster = await makePoster(load(name));
    expect(Math.max(poster.width, poster.height)).toBe(Math.min(300, Math.max(width, height)));
    expect(Math.abs(poster.width / poster.height - width / height)).toBeLessThan(0.05);
    if (mark && poster.width > 100) expect(await readMark(poster.data)).toEqual(mark);
  });

  test.each(decodable)('%s: converted it is upright and has its size', async (name, { width, height, mark }) => {
    const made = await convertPicture(load(name), { format: 'jpeg' });
    expect([made.width, made.height]).toEqual([width, height]);
    if (mark) expect(await readMark(made.data)).toEqual(mark);
  });

  test('what moves is known by the first bytes', () => {
    const moving = raster.filter(([name]) => mayMove(load(name).subarray(0, 512), pictureType(load(name)) ?? ''));
    const still = moving.map(([name]) => name).filter((name) => !/gif|animated/u.test(name));
    expect(still).toEqual([]);
    expect(moving.map(([name]) => name)).toEqual(
      expect.arrayContaining(['images/apng-animated.png', 'images/webp-animated.webp']),
    );
  });

  test.each(raster.filter(([, { outcome }]) => outcome === 'bomb'))('%s is refused by its header', async (name) => {
    await expect(makePoster(load(name))).rejects.toMatchObject({ code: 'ERR_2001' });
  });

  test.each(raster.filter(([, { outcome }]) => outcome === 'damaged'))(
    '%s gives what can be decoded, or a code',
    async (name) => {
      const code = await makePoster(load(name)).then(
        () => null,
        (error: { code: string }) => error.code,
      );
      expect([null, 'ERR_2003']).toContain(code);
    },
  );
});

const plain = (width: number, height: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha } } });

describe('convertPicture', () => {
  test('puts transparent parts on white', async () => {
    const { data } = await convertPicture(await plain(8, 8, 0).png().toBuffer(), { format: 'jpeg' });
    const { dominant } = await sharp(data).stats();
    expect(dominant).toEqual({ r: 248, g: 248, b: 248 });
  });

  test('makes a picture narrower but never wider', async () => {
    const input = await plain(100, 50).png().toBuffer();
    expect(await convertPicture(input, { format: 'png', maxWidth: 40 })).toMatchObject({ width: 40, height: 20 });
    expect(await convertPicture(input, { format: 'png', maxWidth: 400 })).toMatchObject({ width: 100, height: 50 });
  });

  test('does not open a document as if it were a picture', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>');
    await expect(convertPicture(svg, { format: 'png' })).rejects.toMatchObject({ code: 'ERR_2003' });
  });

  test('keeps to the pixel limit it is given', async () => {
    const input = await plain(100, 100).png().toBuffer();
    const limits = { ...defaultLimits, pixels: 9999 };
    await expect(convertPicture(input, { format: 'png' }, limits)).rejects.toMatchObject({ code: 'ERR_2001' });
  });
});

describe('makePoster', () => {
  test('does not enlarge a small picture', async () => {
    const poster = await makePoster(await plain(20, 30).png().toBuffer(), 300);
    expect(poster).toMatchObject({ width: 20, height: 30, mediaType: 'image/jpeg' });
  });

  test('refuses a picture that ends in its header with a code', async () => {
    const png = await plain(20, 30).png().toBuffer();
    await expect(makePoster(png.subarray(0, 20))).rejects.toMatchObject({ code: 'ERR_2003' });
  });
});

describe('decoders of our own', () => {
  test('do not get pictures above their limit', async () => {
    const bmp = Buffer.alloc(60);
    bmp.write('BM', 'latin1');
    bmp.writeUInt32LE(40, 14);
    bmp.writeInt32LE(30_000, 18);
    bmp.writeInt32LE(-30_000, 22);
    await expect(makePoster(bmp)).rejects.toMatchObject({ code: 'ERR_2001' });
  });

  test('give a code for what is damaged', async () => {
    const jxl = Buffer.from('ff0a7f81000000000000000000', 'hex');
    const bmp = Buffer.from('BM'.padEnd(14, '\0'), 'latin1');
    for (const input of [jxl, Buffer.concat([bmp, Buffer.from([40, 0, 0, 0])])])
      await expect(makePoster(input)).rejects.toMatchObject({ code: 'ERR_2003' });
  });
});
