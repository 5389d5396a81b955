import { groupBy } from '../base/group-by';
import type { Candidate } from './known';

/** Books of one size. */
export interface Candidates {
  /** How many of them were hashed. */
  hashed: number;
  /** All that were hashed; with `hash` those of that content. */
  withHash(hash?: string): readonly Candidate[];
  /** Not hashed, changed at this very millisecond. */
  changedAt(time: number): readonly Candidate[];
}

const none: Candidates = { hashed: 0, withHash: () => [], changedAt: () => [] };

function candidatesOf(books: Candidate[]): Candidates {
  const hashed = books.filter(({ hash }) => hash !== '');
  let byHash: Map<string, Candidate[]> | null = null;
  let byTime: Map<number, Candidate[]> | null = null;
  return {
    hashed: hashed.length,
    withHash: (hash) => {
      if (hash === undefined) return hashed;
      byHash ??= groupBy(hashed, (book) => book.hash);
      return byHash.get(hash) ?? [];
    },
    changedAt: (time) => {
      byTime ??= groupBy(
        books.filter(({ hash }) => hash === ''),
        (book) => book.modifiedAt,
      );
      return byTime.get(time) ?? [];
    },
  };
}

/** Books by size, each group made ready when it is asked for: most sizes are those of no new file. */
export function bySize(books: Iterable<Candidate>): (size: number) => Candidates {
  const groups = groupBy(books, ({ size }) => size);
  const ready = new Map<number, Candidates>();
  return (size) => {
    const known = ready.get(size);
    if (known) return known;
    const group = groups.get(size);
    const made = group ? candidatesOf(group) : none;
    ready.set(size, made);
    return made;
  };
}
