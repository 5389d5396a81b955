import { reviewAction } from '../../../src/web/pages/review-keys';

const key = (name: string, modifiers = {}) => ({
  ...{ key: name, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false },
  ...modifiers,
});

test.each([
  ['Enter', { kind: 'accept' }],
  ['x', { kind: 'reject' }],
  ['N', { kind: 'none' }],
  ['v', { kind: 'never' }],
  ['d', { kind: 'preview' }],
  ['z', { kind: 'undo' }],
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
