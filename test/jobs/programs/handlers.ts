import { appendFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import type { HandlersModule } from '../../../src/worker/config';
import { handlersOf } from '../support';

/**
 * Handlers for real worker processes and threads. They tell what they do in the file that `dataDir` of the configuration
 * names; a task's subject says what is to happen.
 */
export const createHandlers: HandlersModule['createHandlers'] = ({ config }) => {
  const tell = (line: Record<string, unknown>) =>
    appendFileSync(config.dataDir, `${JSON.stringify({ ...line, pid: process.pid, threadId, isMainThread })}\n`);
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
};
