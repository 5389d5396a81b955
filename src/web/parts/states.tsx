import type { ComponentChildren } from 'preact';
import { messageFor } from '../api/failure';
import { Mark } from './logo';
import { PageTitle } from './page-title';

/** Stands where a list would be, while it is not known yet. */
export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <span class="unseen">{what}…</span>
    </p>
  );
}

/** A part of the screen that could not be loaded, with the way out. */
export function LoadProblem({ problem, retry }: { problem: unknown; retry: () => void }) {
  return (
    <div class="load-problem" role="alert">
      <p>{messageFor(problem)}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** Nothing to show, and what to do about it; `whole` when it is all there is on the screen. */
export function Empty({
  title,
  whole = false,
  children,
}: {
  title: string;
  whole?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <section class="empty">
      <Mark size={64} />
      {whole ? <PageTitle title={title} /> : <h2>{title}</h2>}
      {children}
    </section>
  );
}

/** Grey cards in the shape of those to come, so that nothing jumps. */
export function CardGhosts({ count = 12 }: { count?: number }) {
  return (
    <>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="card card-ghost" aria-hidden="true">
          <span class="card-art">
            <span class="cover" />
          </span>
        </div>
      ))}
    </>
  );
}
