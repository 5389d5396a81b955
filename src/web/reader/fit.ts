export type Fit = 'page' | 'width' | 'height' | 'original';

export const fits: { fit: Fit; label: string }[] = [
  { fit: 'page', label: 'Whole page' },
  { fit: 'width', label: 'Fit width' },
  { fit: 'height', label: 'Fit height' },
  { fit: 'original', label: 'Original size' },
];

export const fitLabel = (fit: Fit): string => fits.find((entry) => entry.fit === fit)?.label ?? fit;

export function nextFit(fit: Fit): Fit {
  const index = fits.findIndex((entry) => entry.fit === fit);
  return fits[(index + 1) % fits.length]?.fit ?? 'page';
}

export interface Size {
  width: number;
  height: number;
}

/**
 * The size a page takes on screen, or null when its own size is not known yet. Small pictures are enlarged to the
 * fit (a page of 600 pixels would be a stamp on a large screen); only "original" shows pixel by pixel.
 */
export function fittedSize(fit: Fit, page: { width: number | null; height: number | null }, screen: Size): Size | null {
  const { width, height } = page;
  if (width === null || height === null || width <= 0 || height <= 0) return null;
  const scale = scaleFor(fit, width, height, screen);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function scaleFor(fit: Fit, width: number, height: number, screen: Size): number {
  if (fit === 'original') return 1;
  if (fit === 'width') return screen.width / width;
  if (fit === 'height') return screen.height / height;
  return Math.min(screen.width / width, screen.height / height);
}
