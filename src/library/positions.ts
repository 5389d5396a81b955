import type { EpubOutline } from '../media/epub-outline';

/** A place that a reader of an EPUB can be at (Readium's locator). */
export interface Position {
  href: string;
  type: string;
  locations: { progression: number; position: number; totalProgression: number };
  /** The place for Kobo readers. */
  koboSpan?: string;
}

/** All places of a book in order: one a document of fixed layout, else one a KiB of text. */
export function positionsOf({ spine }: EpubOutline): Position[] {
  const total = spine.reduce((sum, part) => sum + part.positions, 0);
  let position = 0;
  return spine.flatMap(({ name, mediaType, positions, spans }) =>
    Array.from({ length: positions }, (_, index) => {
      position++;
      const span = index === 0 ? 'kobo.1.1' : spans?.[index];
      return {
        href: name,
        type: mediaType,
        locations: { progression: index / positions, position, totalProgression: position / total },
        ...(span === undefined ? {} : { koboSpan: span }),
      };
    }),
  );
}

/**
 * The last place in a document at or before a progression. Beyond the last one it is the last one: Komga refuses the end
 * of every chapter there (komga-media §17.3). Null for a document that is not in the spine.
 */
export function positionAt(positions: Position[], href: string, progression: number): Position | null {
  const own = positions.filter((position) => position.href === href);
  return own.findLast(({ locations }) => locations.progression <= progression) ?? own[0] ?? null;
}
