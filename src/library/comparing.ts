import type { Library } from '../model/library';
import { loadKnown, type Known, type KnownBook } from './known';
import { loadOutline, outlineOf, type Outline } from './outline';
import type { Reconciler, ScanCounts } from './reconcile';
import type { FoundSeries } from './walk';
import type { Database } from '../db/database';

/** What a scan looked at closely. */
export interface Detail {
  known: Known;
  /** As they were when the scan began. */
  books: KnownBook[];
  reconciler: Reconciler;
}

/** A scan as far as it got. */
export interface Comparing {
  add(found: FoundSeries): Promise<void>;
  /** Writes what is left; null when the disk is as the database says, so that nothing had to be looked at closely. */
  finish(): Promise<Detail | null>;
  /** Waits for what is being written, however that ends: to be called when the scan fails. */
  settle(): Promise<void>;
  readonly counts: ScanCounts;
  /** Books that were there before, not counting those in the trash; `liveSoFar`: 0 while that is not known yet. */
  live(): Promise<number>;
  readonly liveSoFar: number;
}

interface Options {
  db: Database;
  library: Library;
  /** Whether all of the library is looked through. */
  isWhole: boolean;
  open: (known: Known) => Reconciler;
}

/**
 * Compares folders by their outlines, which are loaded while the walk begins. At the first one that differs all that is known of
 * the library is loaded, since its files may come from anywhere, and what differs is looked at closely (reconcile.ts).
 */
export async function startComparing({ db, library, isWhole, open }: Options): Promise<Comparing> {
  const counts: ScanCounts = { series: 0, books: 0, added: 0, changed: 0, moved: 0, restored: 0 };
  /** Paths only: what is told of folders that are the same is forgotten at once. */
  const same: string[] = [];
  let early: FoundSeries[] = [];
  let outline: Outline | null = null;
  let detail: Detail | null = null;
  let liveBooks = 0;

  const openDetail = async (): Promise<Detail> => {
    const known = await loadKnown(db, library.id);
    const books = [...known.books.values()];
    liveBooks = books.filter(({ isDeleted }) => !isDeleted).length;
    return { known, books, reconciler: open(known) };
  };
  const liveOf = () => outline?.books ?? liveBooks;
  const loading = isWhole ? loadOutline(db, library).then((loaded) => (outline = loaded)) : null;
  // heard of where it is waited for
  loading?.catch(() => undefined);
  if (!isWhole) detail = await openDetail();

  async function look(found: FoundSeries): Promise<void> {
    const isSame = outline !== null && outline.series.get(found.path) === outlineOf(found, library);
    if (isSame) return void same.push(found.path);
    detail ??= await openDetail();
    await detail.reconciler.add(found);
  }

  async function lookAtEarly(): Promise<void> {
    const waiting = early;
    early = [];
    for (const found of waiting) await look(found);
  }

  async function finish() {
    await loading;
    await lookAtEarly();
    if (detail === null && outline !== null && same.length === outline.series.size) return null;
    detail ??= await openDetail();
    detail.reconciler.addSame(same);
    await detail.reconciler.finish();
    return detail;
  }

  return {
    async add(found) {
      counts.series++;
      counts.books += found.books.length;
      if (isWhole && outline === null) return void early.push(found);
      await lookAtEarly();
      await look(found);
    },
    finish,
    settle: async () => {
      await loading?.catch(() => undefined);
      await detail?.reconciler.settle();
    },
    get counts() {
      return { ...counts, ...detail?.reconciler.counts };
    },
    live: async () => {
      await loading;
      return liveOf();
    },
    get liveSoFar() {
      return liveOf();
    },
  };
}
