import type { DirectionChoice } from './direction';
import type { Fit } from './fit';

/** Kept in the browser: a phone and a desktop are read differently. The direction is kept for each series. */
const fitKey = 'kiremisu.reader.fit';
const directionKey = (seriesId: string) => `kiremisu.reader.direction.${seriesId}`;

export function storedFit(): Fit {
  const value = read(fitKey);
  return value === 'width' || value === 'height' || value === 'original' ? value : 'page';
}

export function storeFit(fit: Fit): void {
  write(fitKey, fit);
}

export function storedDirection(seriesId: string): DirectionChoice {
  const value = read(directionKey(seriesId));
  return value === 'ltr' || value === 'rtl' || value === 'vertical' || value === 'webtoon' ? value : 'auto';
}

export function storeDirection(seriesId: string, choice: DirectionChoice): void {
  write(directionKey(seriesId), choice === 'auto' ? null : choice);
}

// private windows of some browsers refuse storage; the reader then keeps its settings while it is open
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    if (value !== null) localStorage.setItem(key, value);
  } catch {
    return;
  }
}
