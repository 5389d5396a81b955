import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { convertPicture, makePoster } from '../../../src/media/image';
import { tiffOf } from '../../../src/media/raw-tiff';

/**
 * Six patches, 32 pixels each, in two rows. The pictures were made with other tools than ours: the colours by LittleCMS
 * (Pillow 13.0), the files by Pillow, pillow-heif 1.8 and cjxl 0.7. In Display P3 the numbers of the patches are others than
 * in sRGB, by up to 29: whoever passes over the profile is found out.
 */
type Colour = [number, number, number];

const patches: Colour[] = [
  [200, 80, 60],
  [60, 160, 80],
  [70, 90, 200],
  [128, 128, 128],
  [230, 200, 60],
  [180, 60, 160],
];
const inP3: Colour[] = [
  [186, 88, 67],
  [89, 158, 89],
  [74, 89, 193],
  [128, 128, 128],
  [225, 201, 87],
  [166, 69, 156],
];

const load = (name: string) => readFileSync(path.join(__dirname, 'pictures', name));

async function patchesOf(picture: Buffer): Promise<Colour[]> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return patches.map((_, n) => {
    const [x, y] = [((n % 3) + 0.5) / 3, (Math.floor(n / 3) + 0.5) / 2];
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1];
  });
}

const farthest = (found: Colour[], wanted: Colour[]) =>
  Math.max(...found.flatMap((colour, n) => colour.map((value, at) => Math.abs(value - (wanted[n]?.[at] ?? 999)))));

/** Losses of the format are up to 5; a profile that is not applied is at least 20. */
async function expectColours(bytes: Buffer, wanted = patches, most = 5): Promise<void> {
  const { data } = await convertPicture(bytes, { format: 'png' });
  expect(farthest(await patchesOf(data), wanted)).toBeLessThanOrEqual(most);
  const { icc } = await sharp(data).metadata();
  expect(icc).toBeUndefined();
}

test('the numbers of the two spaces are far apart', () => {
  expect(farthest(patches, inP3)).toBeGreaterThan(20);
});

test.each([
  ...['p3.jpg', 'p3.tif', 'p3.webp', 'p3.avif', 'p3-nclx.avif'],
  ...['p3.jxl', 'p3-lossy.jxl', 'p3.heic', 'p3-nclx.heic'],
])('%s in Display P3 is converted to the same colours in sRGB', async (name) => {
  await expectColours(load(name));
});

test('a poster has the right colours as well', async () => {
  const { data } = await makePoster(load('p3.heic'), 48);
  expect(farthest(await patchesOf(data), patches)).toBeLessThanOrEqual(8);
});

/** The box that tells the colours of a JPEG 2000 picture, replaced by a whole profile. */
function withProfile(jp2: Buffer, profile: Buffer, method: number): Buffer {
  const at = jp2.indexOf('colr') - 4;
  const header = jp2.indexOf('jp2h') - 4;
  const colr = Buffer.concat([Buffer.alloc(4), Buffer.from('colr'), Buffer.from([method, 0, 0]), profile]);
  colr.writeUInt32BE(colr.length, 0);
  const length = jp2.readUInt32BE(at);
  const made = Buffer.concat([jp2.subarray(0, at), colr, jp2.subarray(at + length)]);
  made.writeUInt32BE(jp2.readUInt32BE(header) + colr.length - length, header);
  return made;
}

const displayP3 = async () => (await sharp(load('p3.jpg')).metadata()).icc ?? Buffer.alloc(0);

describe('JPEG 2000', () => {
  test('without a profile is sRGB', async () => {
    await expectColours(load('p3-numbers.jp2'), inP3, 2);
  });

  test.each([['restricted', 2], ['any', 3]])('with a %s profile is converted by it', async (_, method) => {
    await expectColours(withProfile(load('p3-numbers.jp2'), await displayP3(), method));
  }); // prettier-ignore

  test('with something else in the place of a profile is shown as it is', async () => {
    await expectColours(withProfile(load('p3-numbers.jp2'), Buffer.alloc(600, 7), 2), inP3, 2);
  });

  test('in luma and chroma, and in grey with transparency', async () => {
    await expectColours(load('sycc.jp2'));
    const grey = [114, 121, 97, 128, 193, 107].map((value): Colour => [value, value, value]);
    await expectColours(load('la.jp2'), grey, 2);
  });
});

/** What LittleCMS makes of the four inks; the simplest formula would be off by 80. Profiles of unnamed inks differ. */
const printed: Colour[] = [
  [200, 80, 61],
  [60, 159, 79],
  [72, 100, 164],
  [120, 119, 120],
  [227, 199, 60],
  [174, 62, 138],
];

test.each(['cmyk.jpg', 'cmyk.jp2'])('the four inks of %s become the colours that they print', async (name) => {
  await expectColours(load(name), printed, 24);
});

interface BmpHeader {
  size: number;
  space: string | number;
  profile?: Buffer;
}

/** A bitmap of the patches in the numbers of Display P3, with a header of version 4 or 5. */
function bmpInP3({ size, space, profile = Buffer.alloc(0) }: BmpHeader): Buffer {
  const header = Buffer.alloc(14 + size);
  const pixels = Buffer.alloc(96 * 64 * 3);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 96; x++) {
      const colour = inP3[Math.floor(x / 32) + 3 * Math.floor(y / 32)] ?? [0, 0, 0];
      pixels.set(colour.toReversed(), ((63 - y) * 96 + x) * 3);
    }
  }
  header.write('BM', 'latin1');
  header.writeUInt32LE(14 + size, 10);
  [size, 96, 64, (24 << 16) | 1].forEach((value, n) => header.writeUInt32LE(value, 14 + 4 * n));
  if (typeof space === 'string') header.write(space, 70, 'latin1');
  else header.writeUInt32LE(space, 70);
  // the primaries of Display P3, whose curve is close to a power of 2.2
  const endpoints = [0.48657, 0.22897, 0, 0.26567, 0.69174, 0.04511, 0.19822, 0.07929, 1.04394];
  endpoints.forEach((value, n) => header.writeUInt32LE(Math.round(value * 2 ** 30), 74 + 4 * n));
  for (let n = 0; n < 3; n++) header.writeUInt32LE(Math.round(2.2 * 65_536), 110 + 4 * n);
  if (size >= 124)
    [size + pixels.length, profile.length].forEach((value, n) => header.writeUInt32LE(value, 126 + 4 * n));
  return Buffer.concat([header, pixels, profile]);
}

describe('BMP', () => {
  test('with a profile inside is converted by it', async () => {
    await expectColours(bmpInP3({ size: 124, space: 'DEBM', profile: await displayP3() }), patches, 2);
  });

  test('with primaries of its own is converted by them', async () => {
    await expectColours(bmpInP3({ size: 108, space: 0 }), patches, 8);
  });

  test('that names sRGB, or a file on somebody’s disk, is sRGB', async () => {
    await expectColours(bmpInP3({ size: 108, space: 'BGRs' }), inP3, 1);
    await expectColours(bmpInP3({ size: 124, space: 'KNIL', profile: Buffer.from('/etc/passwd') }), inP3, 1);
  });
});

test.each([1, 3, 4] as const)('pixels of %d channels pass through the picture that carries their profile', async (channels) => {
  const [width, height] = [7, 600];
  const data = new Uint8Array(width * height * channels).map((_, at) => (at * 31) % 251);
  const tiff = tiffOf({ data, width, height, channels }, { profile: null, cmyk: false });
  const made = await sharp(tiff)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw().toBuffer({ resolveWithObject: true });
  expect(made.info).toMatchObject({ width, height, channels });
  expect(made.data).toEqual(Buffer.from(data));
}); // prettier-ignore

test('what libheif has to say about a damaged picture is in the error, and nowhere else', async () => {
  const said = [jest.spyOn(console, 'log'), jest.spyOn(console, 'error'), jest.spyOn(console, 'warn')];
  const bytes = load('p3.heic');
  const cut = bytes.subarray(0, bytes.length - 120);
  const broken = Buffer.from(bytes);
  broken.fill(0xff, broken.indexOf('iloc') + 4, broken.indexOf('iloc') + 12);
  for (const input of [cut, broken]) {
    await expect(convertPicture(input, { format: 'png' })).rejects.toMatchObject({
      code: 'ERR_2003',
      details: { message: expect.stringMatching(/\w{4}/u) as string },
    });
  }
  for (const one of said) expect(one).not.toHaveBeenCalled();
});
