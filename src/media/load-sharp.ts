import type sharpLibrary from 'sharp';

type Library = typeof sharpLibrary;

let loading: Promise<Library> | null = null;

async function load(): Promise<Library> {
  const { default: sharp } = await import('sharp');
  // one thread a picture and no cache: as many pictures in flight as there are cores is faster and smaller (performance.md §6)
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

/** What changes pictures, loaded with the first one: a server that only hands out pages does without its memory. */
export const loadSharp = (): Promise<Library> => (loading ??= load());
