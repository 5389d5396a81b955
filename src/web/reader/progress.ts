/** How long a page has to stay before it is stored; leafing through a book is one request, not forty. */
const rest = 800;

export interface ProgressWriter {
  /** The page on screen. */
  reached(page: number): void;
  /** Stores what is pending now; `leaving` when the tab goes away. */
  flush(leaving: boolean): void;
}

interface Wiring {
  save: (page: number, leaving: boolean) => Promise<void>;
  failed: (problem: unknown) => void;
  wait?: (work: () => void, milliseconds: number) => () => void;
}

/** Stores the page last reached, once the reader rests on it. A page that could not be stored stays pending. */
export function progressWriter({ save, failed, wait = defaultWait }: Wiring): ProgressWriter {
  let pending: number | null = null;
  let stored: number | null = null;
  let cancel = () => {};
  const flush = (leaving: boolean) => {
    cancel();
    const page = pending;
    pending = null;
    if (page === null || page === stored) return;
    stored = page;
    save(page, leaving).catch((problem: unknown) => {
      stored = null;
      pending ??= page;
      failed(problem);
    });
  };
  return {
    reached(page) {
      pending = page;
      cancel();
      cancel = wait(() => flush(false), rest);
    },
    flush,
  };
}

function defaultWait(work: () => void, milliseconds: number): () => void {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
}
