import type { Key } from '../reader/keys';

export type ReviewAction =
  | { kind: 'accept' }
  | { kind: 'reject' }
  | { kind: 'never' }
  | { kind: 'skip' }
  | { kind: 'back' }
  | { kind: 'move'; by: 1 | -1 }
  | { kind: 'pick'; index: number };

const actions = new Map<string, ReviewAction>([
  ['Enter', { kind: 'accept' }],
  ['x', { kind: 'reject' }],
  ['n', { kind: 'never' }],
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

/** The codes of the server's reasons in words; what is not listed is shown by its code. */
const words: Record<string, string> = {
  id: 'an id in your files',
  'title-same': 'same title',
  'title-same-letters': 'same title',
  'title-same-but-label': 'same title but for the edition',
  'title-same-subtitle': 'same subtitle',
  'title-part': 'part of the title',
  'title-typing-error': 'title with a typing error',
  'title-words': 'shared words',
  'title-beginning': 'beginning of the title',
  author: 'same author',
  'author-differs': 'another author',
  year: 'same year',
  'year-earlier': 'your folder is older',
  volumes: 'same number of volumes',
  'volumes-too-many': 'you have more volumes',
  'chapters-too-many': 'you have more chapters',
  'edition-colored': 'a coloured edition',
  'edition-not-colored': 'not the coloured edition',
  'kind-doujinshi': 'a doujinshi',
  'kind-anthology': 'an anthology',
  'kind-oneshot': 'a one-shot',
  'kind-no-oneshot': 'no one-shot',
  'serial-exists': 'there is a serial of that name',
  'subtitle-left-out': 'subtitle left out',
};

export const reasonText = (code: string): string => words[code] ?? code;
