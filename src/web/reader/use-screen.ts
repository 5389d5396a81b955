import { useEffect, useState } from 'preact/hooks';
import type { Size } from './fit';

/** The size of an element, followed through rotation, resizing and full screen. */
export function useSize(element: { current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const watched = element.current;
    if (watched === null) return;
    const measure = () => setSize({ width: watched.clientWidth, height: watched.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Full screen where the browser has it (not on iPhones). */
export function toggleFullscreen(): void {
  if (document.fullscreenElement !== null) return void document.exitFullscreen();
  document.documentElement.requestFullscreen?.().catch(() => undefined);
}

/** Moves a page that is larger than the screen, or a strip, by most of a screen. */
export function scrollStage(by: 1 | -1): void {
  const stage = document.querySelector('.stage');
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  stage?.scrollBy({ top: by * stage.clientHeight * 0.8, behavior: calm ? 'instant' : 'smooth' });
}
