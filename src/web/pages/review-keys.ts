import type { Key } from '../reader/keys';

export type ReviewAction =
  | { kind: 'accept' }
  | { kind: 'reject' }
  | { kind: 'none' }
  | { kind: 'never' }
  | { kind: 'preview' }
  | { kind: 'undo' }
  | { kind: 'skip' }
  | { kind: 'back' }
  | { kind: 'move'; by: 1 | -1 }
  | { kind: 'pick'; index: number };

const actions = new Map<string, ReviewAction>([
  ['Enter', { kind: 'accept' }],
  ['x', { kind: 'reject' }],
  ['n', { kind: 'none' }],
  ['v', { kind: 'never' }],
  ['d', { kind: 'preview' }],
  ['z', { kind: 'undo' }],
  ['s', { kind: 'skip' }],
  ['ArrowRight', { kind: 'skip' }],
  ['ArrowLeft', { kind: 'back' }],
  ['ArrowDown', { kind: 'move', by: 1 }],
  ['j', { kind: 'move', by: 1 }],
  ['ArrowUp', { kind: 'move', by: -1 }],
  ['k', { kind: 'move', by: -1 }],
]);

/** What a key does in the review; a digit picks a candidate. Keys with modifiers belong to the browser. */
export function reviewAction({ key, ctrlKey, altKey, metaKey }: Key): ReviewAction | null {
  if (ctrlKey || altKey || metaKey) return null;
  if (/^[1-9]$/.test(key)) return { kind: 'pick', index: Number(key) - 1 };
  return actions.get(key.length === 1 ? key.toLowerCase() : key) ?? null;
}
