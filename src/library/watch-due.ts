import type { Log } from '../base/log';
import type { Queue } from '../queue/tasks';
import { keyOf, type Watched } from './watch-folders';

/** A folder is looked through when nothing happened in it for so long, milliseconds … */
const quiet = 1_500;
/** … or, while a large file is copied into it, at the latest after this. */
const patience = 6_000;
/** More folders than this at once are a library that was moved or unpacked: it is looked through as a whole. */
const mostFolders = 40;

interface DueOptions {
  queue: Queue;
  log: Log;
  quietMilliseconds?: number;
}

/** Folders in which something happened: each is scanned when it has become quiet. */
export interface DueFolders {
  notice: (place: Watched) => void;
  close(): void;
}

export function createDueFolders({ queue, log, quietMilliseconds = quiet }: DueOptions): DueFolders {
  const due = new Map<string, { timer: NodeJS.Timeout; since: number }>();

  function notice(place: Watched): void {
    const ofLibrary = [...due.keys()].filter((key) => key.startsWith(`${place.libraryId}:`));
    if (ofLibrary.length < mostFolders) return schedule(place);
    for (const key of ofLibrary) {
      clearTimeout(due.get(key)?.timer);
      due.delete(key);
    }
    schedule({ ...place, folder: '' });
  }

  function schedule(place: Watched): void {
    const key = keyOf(place);
    // the whole of it is looked through anyway
    if (place.folder !== '' && due.has(keyOf({ ...place, folder: '' }))) return;
    const before = due.get(key);
    const since = before?.since ?? Date.now();
    clearTimeout(before?.timer);
    const delay = Math.max(0, Math.min(quietMilliseconds, since + patience - Date.now()));
    const timer = setTimeout(() => {
      due.delete(key);
      const part = place.folder === '' ? {} : { folder: place.folder };
      queue
        .submit('scanLibrary', { libraryId: place.libraryId, deep: false, ...part }, { priority: 7 })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'a change on the disk could not be passed on');
        });
    }, delay);
    due.set(key, { timer, since });
  }

  return {
    notice,
    close() {
      for (const { timer } of due.values()) clearTimeout(timer);
      due.clear();
    },
  };
}
