import sharp from 'sharp';
import { coverSizes } from '../../src/library/cover-size';
import { convertPicture, makePoster } from '../../src/media/image';

const made = (width: number, height: number, mediaType = 'image/jpeg') => ({
  ...{ mediaType, width, height, isMade: true },
});
const page = (width: number, height: number, mediaType = 'image/jpeg') => ({ mediaType, width, height });

/** A picture, maybe on its side, what is stored of it, and the cover that it becomes. */
async function delivered(width: number, height: number, options: { type: 'jpeg' | 'png'; orientation?: number }) {
  const { type, orientation } = options;
  const plain = sharp({ create: { width, height, channels: 3, background: '#47a' } });
  const turned = orientation === undefined ? plain : plain.withMetadata({ orientation });
  const bytes = await turned.toFormat(type).toBuffer();
  const poster = await makePoster(bytes, 300);
  const cover = await convertPicture(bytes, { format: 'jpeg', maxWidth: 1600 });
  const told = coverSizes(
    { poster: { ...poster, isMade: true }, firstPage: page(width, height, `image/${type}`) },
    true,
  );
  return { told: told.large, cover: { width: cover.width, height: cover.height } };
}

const pages: [width: number, height: number, options: Parameters<typeof delivered>[2]][] = [
  [900, 1400, { type: 'png' }],
  [1601, 2287, { type: 'jpeg' }],
  [2333, 3001, { type: 'jpeg' }],
  [5003, 1009, { type: 'png' }],
  [2400, 1700, { type: 'jpeg', orientation: 6 }],
  [2400, 3300, { type: 'jpeg', orientation: 8 }],
];
test.each(pages)(
  'a page of %i × %i pixels becomes the cover that was foretold (%j)',
  async (width, height, options) => {
    const { told, cover } = await delivered(width, height, options);
    expect(told).toEqual(cover);
  },
);

test('a page that goes out as it is has the size it is stored with, on its side or not', () => {
  expect(coverSizes({ poster: made(200, 300), firstPage: page(1500, 1000) }, true).large).toEqual({
    ...{ width: 1500, height: 1000 },
  });
});

test('where a square poster cannot tell which side is up, nothing is promised', () => {
  expect(coverSizes({ poster: made(300, 300), firstPage: page(2001, 2000) }, true).large).toBeNull();
  expect(coverSizes({ poster: made(300, 300), firstPage: page(2000, 2000) }, true).large).toEqual({
    ...{ width: 1600, height: 1600 },
  });
});

test('a poster of somebody is told as it is, unless it has to be made anew', () => {
  const own = (mediaType: string, width: number, height: number) =>
    coverSizes({ poster: { mediaType, width, height, isMade: false }, firstPage: page(900, 1300) }, true);
  expect(own('image/jpeg', 1000, 1500)).toEqual({ small: null, large: { width: 1000, height: 1500 } });
  expect(own('image/jpeg', 200, 300)).toEqual({
    ...{ small: { width: 200, height: 300 }, large: { width: 200, height: 300 } },
  });
  expect(own('image/png', 200, 300)).toEqual({ small: null, large: null });
});

test('of text that flows the poster is the large cover too', () => {
  expect(coverSizes({ poster: made(210, 300), firstPage: null }, false)).toEqual({
    ...{ small: { width: 210, height: 300 }, large: { width: 210, height: 300 } },
  });
});

test('without poster, or with one whose size nobody knows, there is nothing to say', () => {
  const nothing = { small: null, large: null };
  expect(coverSizes({ poster: null, firstPage: page(1, 1) }, true)).toEqual(nothing);
  expect(coverSizes({ poster: { ...made(0, 0) }, firstPage: page(1, 1) }, true)).toEqual(nothing);
});
