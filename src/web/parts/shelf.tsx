import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Slice } from '../api/types';
import { useLoad } from '../state/use-load';
import { NextIcon, PreviousIcon } from './icons';
import { CardGhosts, LoadProblem } from './states';

interface ShelfProps<T> {
  title: string;
  name: string;
  load: (signal: AbortSignal) => Promise<Slice<T>>;
  card: (item: T) => ComponentChildren;
}

/** One row of covers on the home page; it is not there when it has nothing to show. */
export function Shelf<T extends { id: string }>({ title, name, load, card }: ShelfProps<T>) {
  const heading = useId();
  const row = useRef<HTMLUListElement>(null);
  const { value, problem, reload } = useLoad(`shelf ${name}`, load);
  if (value?.content.length === 0) return null;
  return (
    <section class="shelf" aria-labelledby={heading}>
      <header class="shelf-head">
        <h2 id={heading}>{title}</h2>
        <RowButtons row={row} title={title} count={value?.content.length ?? 0} />
      </header>
      {value === undefined && problem !== undefined && <LoadProblem problem={problem} retry={reload} />}
      {value === undefined && problem === undefined && (
        <div class="row">
          <CardGhosts count={8} />
        </div>
      )}
      {value !== undefined && (
        <ul class="row" ref={row}>
          {value.content.map((item) => (
            <li key={item.id}>{card(item)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A mouse without a horizontal wheel needs something to press; touch and keyboard do not. */
function RowButtons({
  row,
  title,
  count,
}: {
  row: { current: HTMLUListElement | null };
  title: string;
  count: number;
}) {
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const list = row.current;
    if (list === null) return;
    const observer = new ResizeObserver(() => setOverflows(list.scrollWidth > list.clientWidth + 4));
    observer.observe(list);
    return () => observer.disconnect();
  }, [count]);
  const move = (side: 1 | -1) =>
    row.current?.scrollBy({ left: side * row.current.clientWidth * 0.85, behavior: 'smooth' });
  if (!overflows) return null;
  return (
    <span class="row-buttons">
      <button type="button" class="icon-button" aria-label={`Back in ${title}`} onClick={() => move(-1)}>
        <PreviousIcon />
      </button>
      <button type="button" class="icon-button" aria-label={`On in ${title}`} onClick={() => move(1)}>
        <NextIcon />
      </button>
    </span>
  );
}
