import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Slice } from '../api/types';
import { version } from './live';
import { recall, remember } from './memory';
import { grow, nothingYet, type Growing } from './slices';
import { useStore } from './store';

/** While a scan runs the first slices are asked again; further ones stay as they are until the screen is left. */
const slicesKeptFresh = 2;

type LoadSlice<T> = (page: number, signal: AbortSignal) => Promise<Slice<T>>;

export interface Sliced<T> extends Growing<T> {
  loading: boolean;
  problem: unknown;
  more: () => void;
  /** Reads everything shown again. */
  reload: () => void;
}

/** An endless list: `more()` asks for the next slice; a new key starts over. */
export function useSlices<T extends { id: string }>(key: string, load: LoadSlice<T>): Sliced<T> {
  const changed = useStore(version);
  const [asked, setAsked] = useState(0);
  const [shown, setShown] = useState<{ key: string; list: Growing<T>; problem?: unknown }>({
    key: '',
    list: nothingYet,
  });
  const running = useRef<AbortController | null>(null);
  const list = shown.key === key ? shown.list : (recall<Growing<T>>(key) ?? nothingYet);
  const current = useRef(list);
  current.current = list;

  const run = useCallback(
    (work: (signal: AbortSignal) => Promise<Growing<T>>) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      const end = (list: Growing<T>, problem?: unknown) => {
        if (controller.signal.aborted) return;
        running.current = null;
        if (problem === undefined) remember(key, list);
        setShown({ key, list, problem });
      };
      work(controller.signal).then(
        (list) => end(list),
        (problem: unknown) => end(current.current, problem),
      );
    },
    [key],
  );

  const answered = useRef(asked);
  useEffect(() => {
    const whole = answered.current !== asked;
    answered.current = asked;
    run((signal) => refresh(current.current, load, signal, whole));
    return () => running.current?.abort();
  }, [key, changed, asked]);

  const more = () => {
    if (running.current !== null || list.last) return;
    run(async (signal) => grow(current.current, await load(current.current.next, signal)));
    setShown({ key, list });
  };
  return {
    ...list,
    loading: running.current !== null || (list.next === 0 && shown.problem === undefined),
    problem: shown.key === key ? shown.problem : undefined,
    more,
    reload: () => setAsked((count) => count + 1),
  };
}

/** A short list is read again whole, a long one only when the reader asked: a scan would ask for it all every few seconds. */
async function refresh<T extends { id: string }>(
  list: Growing<T>,
  load: LoadSlice<T>,
  signal: AbortSignal,
  whole: boolean,
): Promise<Growing<T>> {
  if (list.next > slicesKeptFresh && !whole) {
    const first = await load(0, signal);
    const known = new Map(first.content.map((item) => [item.id, item]));
    return { ...list, items: list.items.map((item) => known.get(item.id) ?? item), total: first.totalElements };
  }
  let fresh: Growing<T> = nothingYet;
  do fresh = grow(fresh, await load(fresh.next, signal));
  while (!fresh.last && fresh.next < list.next);
  return fresh;
}
