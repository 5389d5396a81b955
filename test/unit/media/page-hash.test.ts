import sharp from 'sharp';
import { hashPage } from '../../../src/media/page-hash';
import { picture } from '../../support/book-builders';

test('a JPEG keeps its hash when its description changes, and has another one as another picture', async () => {
  const plain = await picture(1);
  const described = await sharp(plain)
    .withExif({ IFD0: { Copyright: 'Somebody' } })
    .jpeg()
    .toBuffer();
  const undescribed = await sharp(plain).jpeg().toBuffer();
  expect(described.equals(undescribed)).toBe(false);
  expect(hashPage(described, 'image/jpeg')).toBe(hashPage(undescribed, 'image/jpeg'));
  expect(hashPage(await picture(2), 'image/jpeg')).not.toBe(hashPage(plain, 'image/jpeg'));
});

test('other types and broken JPEGs are hashed whole', async () => {
  const plain = await picture(1);
  const broken = Buffer.concat([plain.subarray(0, 2), Buffer.from([0, 0]), plain.subarray(2)]);
  expect(hashPage(broken, 'image/jpeg')).toHaveLength(32);
  expect(hashPage(broken, 'image/jpeg')).not.toBe(hashPage(plain, 'image/jpeg'));
  expect(hashPage(Buffer.from('GIF89a'), 'image/gif')).not.toBe(hashPage(Buffer.from('GIF87a'), 'image/gif'));
});
