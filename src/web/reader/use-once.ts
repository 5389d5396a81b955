import { useEffect, useState } from 'preact/hooks';

interface Once<T> {
  value: T | undefined;
  problem: unknown;
  reload: () => void;
}

/** Loads something that must not change under the reader's eyes: no memory of earlier visits, no refresh by a scan. */
export function useOnce<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Once<T> {
  const [asked, setAsked] = useState(0);
  const [result, setResult] = useState<{ value?: T; problem?: unknown }>({});
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal).then(
      (value) => !controller.signal.aborted && setResult({ value }),
      (problem: unknown) => !controller.signal.aborted && setResult({ problem }),
    );
    return () => controller.abort();
  }, [key, asked]);
  return { value: result.value, problem: result.problem, reload: () => setAsked((count) => count + 1) };
}
