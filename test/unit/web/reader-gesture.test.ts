import { swipe, tapAt } from '../../../src/web/reader/gesture';

test('the sides turn the page, the middle shows the controls', () => {
  expect(tapAt(0.9, 'ltr')).toBe('next');
  expect(tapAt(0.1, 'ltr')).toBe('previous');
  expect(tapAt(0.5, 'ltr')).toBe('controls');
});

test('from right to left the sides are exchanged', () => {
  expect(tapAt(0.1, 'rtl')).toBe('next');
  expect(tapAt(0.9, 'rtl')).toBe('previous');
});

test('a tap on a strip never moves it', () => {
  expect(tapAt(0.05, 'webtoon')).toBe('controls');
  expect(tapAt(0.95, 'vertical')).toBe('controls');
});

test('a stroke pulls the next page in', () => {
  expect(swipe({ dx: -120, dy: 10, milliseconds: 200 }, 'ltr')).toBe('next');
  expect(swipe({ dx: 120, dy: 10, milliseconds: 200 }, 'ltr')).toBe('previous');
  expect(swipe({ dx: 120, dy: 10, milliseconds: 200 }, 'rtl')).toBe('next');
  expect(swipe({ dx: -120, dy: 10, milliseconds: 200 }, 'rtl')).toBe('previous');
});

test.each([
  ['too short', { dx: -30, dy: 0, milliseconds: 100 }],
  ['too slow', { dx: -200, dy: 0, milliseconds: 1500 }],
  ['mostly vertical', { dx: -80, dy: 90, milliseconds: 200 }],
])('a stroke that is %s is no turn', (_, stroke) => {
  expect(swipe(stroke, 'ltr')).toBeNull();
});

test('a strip is scrolled, not swiped', () => {
  expect(swipe({ dx: -200, dy: 0, milliseconds: 100 }, 'webtoon')).toBeNull();
});
