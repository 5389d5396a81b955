import { useState } from 'preact/hooks';
import { messageFor } from '../api/failure';

/** The life of a form: busy while it is sent, and what went wrong. */
export function useSubmission(send: () => Promise<void>, explain: (problem: unknown) => string = messageFor) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    send().then(
      () => setBusy(false),
      (reason: unknown) => {
        setBusy(false);
        setProblem(explain(reason));
      },
    );
  };
  return { busy, problem, submit };
}
