import type { MediaLimits } from '../media/limits';
import type { Handlers } from '../queue/tasks';
import { analyzeBook } from './analyze';
import { cleanUp } from './clean-up';
import { hashBook, hashBookKoreader } from './hash-book';
import { hashBookPages } from './hash-pages';
import { generatePoster } from './posters';
import { removeHashedPages } from './remove-pages';
import { refreshBookMetadata } from './refresh-book';
import { refreshSeries } from './refresh-series';
import { scanLibrary } from './scan';
import { emptyTrash } from './trash';

export interface HandlerDeps {
  limits: MediaLimits;
}

/** Task → what the server does. A task without a line here does not compile. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    scanLibrary: async (context, payload) => {
      await scanLibrary(context, payload);
    },
    analyzeBook: (context, payload) => analyzeBook(context, payload, deps),
    generatePoster: async ({ db, signal }, { bookId }) => {
      await generatePoster({ db, ...deps }, bookId, signal);
    },
    refreshBookMetadata: (context, payload) => refreshBookMetadata(context, payload, deps),
    refreshSeries,
    hashBook,
    hashBookKoreader,
    hashBookPages: (context, payload) => hashBookPages(context, payload, deps),
    removeHashedPages: (context, payload) => removeHashedPages(context, payload, deps),
    emptyTrash,
    cleanUp,
  };
}
