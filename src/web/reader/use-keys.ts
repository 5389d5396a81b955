import { useEffect, useRef } from 'preact/hooks';
import type { Direction } from './direction';
import { actionFor, type Action } from './keys';

/** Listens to the keyboard while a book is open. A dialog has the keyboard for itself, a button keeps its space bar. */
export function useKeys(direction: Direction, dialogOpen: boolean, act: (action: Action) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (dialogOpen) return;
    const press = (event: KeyboardEvent) => {
      const action = actionFor(event, direction);
      if (action === null || event.defaultPrevented || belongsToControl(event)) return;
      event.preventDefault();
      latest.current(action);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [direction, dialogOpen]);
}

function belongsToControl({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (key === ' ') return target.closest('button, a') !== null;
  // the slider understands arrows, Home and End itself
  return target.closest('input') !== null && /^(Arrow|Home|End|Page)/.test(key);
}
