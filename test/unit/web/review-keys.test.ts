import { reasonText, reviewAction } from '../../../src/web/pages/review-keys';

const key = (name: string, modifiers = {}) => ({
  ...{ key: name, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false },
  ...modifiers,
});

test.each([
  ['Enter', { kind: 'accept' }],
  ['x', { kind: 'reject' }],
  ['N', { kind: 'never' }],
  ['ArrowDown', { kind: 'move', by: 1 }],
  ['k', { kind: 'move', by: -1 }],
  ['3', { kind: 'pick', index: 2 }],
])('%s does its work', (name, action) => {
  expect(reviewAction(key(name))).toEqual(action);
});

test('keys with modifiers and unknown keys are left to the browser', () => {
  expect(reviewAction(key('n', { ctrlKey: true }))).toBeNull();
  expect(reviewAction(key('Tab'))).toBeNull();
});

test('a reason without words is shown by its code', () => {
  expect(reasonText('author')).toBe('same author');
  expect(reasonText('something-new')).toBe('something-new');
});
