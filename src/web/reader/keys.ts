import { isStrip, type Direction } from './direction';

export type Action =
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'fullscreen'
  | 'close'
  | 'help'
  | 'fit'
  | 'controls'
  | 'scroll-on'
  | 'scroll-back';

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const always = new Map<string, Action>([
  ['Home', 'first'],
  ['End', 'last'],
  ['PageDown', 'next'],
  ['PageUp', 'previous'],
  ['f', 'fullscreen'],
  ['F', 'fullscreen'],
  ['m', 'controls'],
  ['M', 'controls'],
  ['z', 'fit'],
  ['Z', 'fit'],
  ['Escape', 'close'],
  ['?', 'help'],
]);

/**
 * What a key does. The arrows point to where the eye goes: in a right-to-left book the left arrow turns on. In a strip
 * up, down and space move by a screen, as in any document.
 */
export function actionFor({ key, shiftKey, ctrlKey, altKey, metaKey }: Key, direction: Direction): Action | null {
  if (ctrlKey || altKey || metaKey) return null;
  const strip = isStrip(direction);
  if (key === ' ') {
    if (strip) return shiftKey ? 'scroll-back' : 'scroll-on';
    return shiftKey ? 'previous' : 'next';
  }
  if (key === 'ArrowRight') return direction === 'rtl' ? 'previous' : 'next';
  if (key === 'ArrowLeft') return direction === 'rtl' ? 'next' : 'previous';
  if (key === 'ArrowDown') return 'scroll-on';
  if (key === 'ArrowUp') return 'scroll-back';
  return always.get(key) ?? null;
}

/** The list of the help overlay. */
export function keyHelp(direction: Direction): [keys: string, meaning: string][] {
  const forward = direction === 'rtl' ? '←' : '→';
  const back = direction === 'rtl' ? '→' : '←';
  return [
    [`${forward} or Space`, isStrip(direction) ? 'Next page, or one screen on' : 'Next page'],
    [`${back} or Shift + Space`, isStrip(direction) ? 'Previous page, or one screen back' : 'Previous page'],
    ['↑ ↓', 'Scroll'],
    ['Home / End', 'First / last page'],
    ['Z', 'Next page fit'],
    ['F', 'Full screen'],
    ['M', 'Show or hide the controls'],
    ['?', 'This help'],
    ['Esc', 'Close the help, or the book'],
  ];
}
