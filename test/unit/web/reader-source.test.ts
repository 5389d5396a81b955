import { directionOf, isStrip } from '../../../src/web/reader/direction';
import { needsConversion, sourceQueries } from '../../../src/web/reader/page-source';

test.each(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'IMAGE/JPEG'])(
  '%s is shown as it is',
  (type) => {
    expect(needsConversion(type)).toBe(false);
  },
);

test.each(['image/jxl', 'image/heif', 'image/heic', 'image/tiff', 'image/jp2'])('%s is asked for as JPEG', (type) => {
  expect(sourceQueries(type)[0]).toBe('?convert=jpeg');
});

test('when the likely form fails the other one is tried', () => {
  expect(sourceQueries('image/avif')).toEqual(['', '?convert=jpeg']);
  expect(sourceQueries('image/jxl')).toEqual(['?convert=jpeg', '']);
});

test('the series decides the direction unless the reader does', () => {
  expect(directionOf('RIGHT_TO_LEFT', 'auto')).toBe('rtl');
  expect(directionOf('WEBTOON', 'auto')).toBe('webtoon');
  expect(directionOf('', 'auto')).toBe('ltr');
  expect(directionOf('RIGHT_TO_LEFT', 'vertical')).toBe('vertical');
});

test('vertical books and webtoons are strips', () => {
  expect(isStrip('vertical') && isStrip('webtoon')).toBe(true);
  expect(isStrip('ltr') || isStrip('rtl')).toBe(false);
});
