import { messageFor } from '../api/failure';
import { createStore } from './store';

export interface Notice {
  id: number;
  kind: 'done' | 'failed';
  text: string;
  /** What can be done about it, as long as it is shown. */
  action?: NoticeAction;
}

export interface NoticeAction {
  label: string;
  run: () => void;
}

export const notices = createStore<Notice[]>([]);
let lastId = 0;

/** Shows a short message; a failed action stays longer, since it has to be read. Returns its number, for `dismiss`. */
export function notify(kind: Notice['kind'], text: string, action?: NoticeAction): number {
  const id = ++lastId;
  const others = notices.get().filter((notice) => notice.text !== text);
  notices.set([...others, { id, kind, text, ...(action && { action }) }].slice(-3));
  setTimeout(() => dismiss(id), kind === 'failed' || action ? 9000 : 4000);
  return id;
}

export function dismiss(id: number): void {
  notices.set(notices.get().filter((notice) => notice.id !== id));
}

/** Runs an action of the user; when it fails, says so and answers false. */
export async function attempt(what: string, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (problem) {
    notify('failed', `${what}: ${messageFor(problem)}`);
    return false;
  }
}
