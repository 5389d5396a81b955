import type { Library } from '../model/library';
import { loadKnown, type Known, type KnownBook } from './known';
import { loadOutline, outlineOf, type Outline } from './outline';
import type { Reconciler, ScanCounts } from './reconcile';
import type { FoundSeries } from './found';
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
  /** The folder that is looked through; null: the whole library. */
  folder: string | null;
  open: (known: Known) => Reconciler;
}

/**
 * Compares folders by their outlines, which are loaded while the walk begins. At the first one that differs all that is known of
 * the library is loaded, since its files may come from anywhere, and what differs is looked at closely (reconcile.ts). Of one folder
 * only what lies in it is known, and where its new files come from is asked (identity.ts).
 */
export async function startComparing({ db, library, folder, open }: Options): Promise<Comparing> {
  const counts: ScanCounts = { series: 0, books: 0, added: 0, changed: 0, moved: 0, restored: 0 };
  /** Paths only: what is told of folders that are the same is forgotten at once. */
  const same: string[] = [];
  let early: FoundSeries[] = [];
  let outline: Outline | null = null;
  let detail: Detail | null = null;
  const isWhole = folder === null;

  const openDetail = async (): Promise<Detail> => {
    const known = await loadKnown(db, library.id, folder ?? '');
    return { known, books: [...known.books.values()], reconciler: open(known) };
  };
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
      return outline?.books ?? countLive(db, library.id);
    },
    get liveSoFar() {
      return outline?.books ?? 0;
    },
  };
}

async function countLive(db: Database, libraryId: string): Promise<number> {
  const { rows } = await db.raw<{ rows: [{ count: number }] }>(
    'select count(*)::int as count from book where library_id = ? and deleted_at is null',
    [libraryId],
  );
  return rows[0].count;
}
