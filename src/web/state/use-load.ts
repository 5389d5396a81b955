import { useEffect, useState } from 'preact/hooks';
import { version } from './live';
import { recall, remember } from './memory';
import { useStore } from './store';

export interface Loaded<T> {
  value: T | undefined;
  problem: unknown;
  /** Asks again; what is shown stays until the answer arrives. */
  reload: () => void;
}

/**
 * Loads a value for a screen. What was loaded before under the same key is shown at once and brought up to date
 * behind it; the same happens while a scan changes the library.
 */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const changed = useStore(version);
  const [asked, setAsked] = useState(0);
  const [result, setResult] = useState<{ key: string; value?: T; problem?: unknown }>({ key: '' });
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal).then(
      (value) => {
        if (controller.signal.aborted) return;
        remember(key, value);
        setResult({ key, value });
      },
      (problem: unknown) => {
        if (!controller.signal.aborted) setResult({ key, problem });
      },
    );
    return () => controller.abort();
    // `load` is a new function at every drawing; the key stands for all it depends on
  }, [key, changed, asked]);
  const current = result.key === key ? result : undefined;
  return {
    value: current?.value ?? recall<T>(key),
    problem: current?.problem,
    reload: () => setAsked((count) => count + 1),
  };
}
