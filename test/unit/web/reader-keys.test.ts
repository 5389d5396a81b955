import { actionFor, keyHelp, type Key } from '../../../src/web/reader/keys';

const key = (name: string, held: Partial<Key> = {}): Key => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...held,
});

test('arrows follow the reading direction', () => {
  expect(actionFor(key('ArrowRight'), 'ltr')).toBe('next');
  expect(actionFor(key('ArrowLeft'), 'ltr')).toBe('previous');
  expect(actionFor(key('ArrowRight'), 'rtl')).toBe('previous');
  expect(actionFor(key('ArrowLeft'), 'rtl')).toBe('next');
});

test('space turns the page, with shift back', () => {
  expect(actionFor(key(' '), 'rtl')).toBe('next');
  expect(actionFor(key(' ', { shiftKey: true }), 'rtl')).toBe('previous');
});

test('in a strip space moves by a screen', () => {
  expect(actionFor(key(' '), 'webtoon')).toBe('scroll-on');
  expect(actionFor(key(' ', { shiftKey: true }), 'vertical')).toBe('scroll-back');
});

test.each([
  ['Home', 'first'],
  ['End', 'last'],
  ['f', 'fullscreen'],
  ['?', 'help'],
  ['Escape', 'close'],
])('%s is %s', (name, action) => {
  expect(actionFor(key(name, { shiftKey: name === '?' }), 'ltr')).toBe(action);
});

test.each(['ctrlKey', 'altKey', 'metaKey'] as const)('with %s held the key belongs to the browser', (held) => {
  expect(actionFor(key('f', { [held]: true }), 'ltr')).toBeNull();
});

test('other keys do nothing', () => {
  expect(actionFor(key('q'), 'ltr')).toBeNull();
  expect(actionFor(key('toString'), 'ltr')).toBeNull();
});

test('the help names the arrow that turns on', () => {
  expect(keyHelp('ltr')[0]?.[0]).toContain('→');
  expect(keyHelp('rtl')[0]?.[0]).toContain('←');
});
