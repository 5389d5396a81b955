import { useState } from 'preact/hooks';
import type { Series } from '../api/types';
import { directionOf, type Direction, type DirectionChoice } from './direction';
import { fitLabel, type Fit, type Size } from './fit';
import { storedDirection, storedFit, storeDirection, storeFit } from './settings';

export interface Settings {
  fit: Fit;
  setFit: (fit: Fit) => void;
  choice: DirectionChoice;
  setChoice: (choice: DirectionChoice) => void;
  direction: Direction;
  /** The true sizes of pictures, for books whose pages were never measured. */
  sizes: Map<number, Size>;
  measured: (page: number, size: Size) => void;
  hint: { words: string; at: number } | null;
}

/** How the book is shown. */
export function useSettings(series: Series): Settings {
  const [fit, setFit] = useState(storedFit);
  const [choice, setChoice] = useState(() => storedDirection(series.id));
  const [sizes, setSizes] = useState(new Map<number, Size>());
  const [hint, setHint] = useState<Settings['hint']>(null);
  return {
    fit,
    setFit: (wanted) => {
      setFit(wanted);
      storeFit(wanted);
      setHint({ words: fitLabel(wanted), at: Date.now() });
    },
    choice,
    setChoice: (wanted) => {
      setChoice(wanted);
      storeDirection(series.id, wanted);
    },
    direction: directionOf(series.metadata.readingDirection, choice),
    sizes,
    measured: (page, size) => {
      const known = sizes.get(page);
      if (known?.width === size.width && known.height === size.height) return;
      setSizes((before) => new Map(before).set(page, size));
    },
    hint,
  };
}
