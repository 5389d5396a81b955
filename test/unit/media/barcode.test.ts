import sharp from 'sharp';
import { readEan13 } from '../../../src/media/barcode';
import { pageWithBarcode, pageWithoutBarcode } from '../../support/barcode-builder';

test('the barcode of a back cover is read', async () => {
  expect(await readEan13(await pageWithBarcode('9784088725093'))).toEqual(['9784088725093']);
});

test('also when the page lies on its side, or stands on its head', async () => {
  const page = await pageWithBarcode('9780306406157');
  for (const angle of [90, 180]) {
    const turned = await sharp(page).rotate(angle).jpeg().toBuffer();
    expect(await readEan13(turned)).toEqual(['9780306406157']);
  }
});

test('a page without barcode has none, and a picture that is none is told', async () => {
  expect(await readEan13(await pageWithoutBarcode())).toEqual([]);
  await expect(readEan13(Buffer.from('no picture'))).rejects.toMatchObject({ code: 'ERR_2003' });
});
