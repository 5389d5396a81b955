import { appendFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import type { HandlerDeps } from '../../../src/library/handlers';
import type { Handlers } from '../../../src/queue/tasks';
import { handlersOf } from '../support';

/** The file in which the handlers below tell what they do. */
export type ReportingDeps = HandlerDeps & { report: string };

/** Handlers for real worker processes and threads; the kind of the task says what is to happen. */
export function createHandlers({ report }: ReportingDeps): Handlers {
  const tell = (line: Record<string, unknown>) =>
    appendFileSync(report, `${JSON.stringify({ ...line, pid: process.pid, threadId, isMainThread })}\n`);
  return handlersOf({
    analyzeBook: (_context, { bookId }) => tell({ analyzed: bookId }),
    hashBook: (_context, { bookId }) => {
      tell({ dies: bookId });
      process.exit(3);
    },
    scanLibrary: async ({ signal }, { libraryId }) => {
      tell({ scans: libraryId });
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
    emptyTrash: (_context, { libraryId }) => {
      tell({ deaf: libraryId });
      return new Promise<never>(() => undefined);
    },
    cleanUp: () => tell({ cleaned: true }),
  });
}
