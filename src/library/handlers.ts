import type { MediaLimits } from '../media/limits';
import type { Handlers } from '../queue/tasks';
import { analyzeBook, analyzeBooks } from './analyze';
import { cleanUp } from './clean-up';
import { eachBook } from './each-book';
import { submitAllRefreshed, submitDueEnrichment, submitRefreshed } from './enrich/due';
import { enrich, type EnrichDeps } from './enrich/run';
import { convertBook } from './convert-book';
import { deleteBookFile, deleteSeriesFiles } from './delete-files';
import { findBarcode } from './find-barcode';
import { hashBook, hashBookKoreader } from './hash-book';
import { hashBookPages } from './hash-pages';
import { generatePosters } from './poster-batch';
import { generatePoster } from './posters';
import { importBook } from './import-book';
import { importSets } from './import-sets';
import { removeHashedPages } from './remove-pages';
import { refreshBookMetadata, refreshBooks } from './refresh-book';
import { refreshSeries, refreshSeriesTogether } from './refresh-series';
import { refreshSidecars } from './refresh-sidecars';
import { repairExtension } from './repair-extension';
import { scanLibrary } from './scan';
import { openTransientBook } from './transient-books';
import { emptyTrash } from './trash';

/** Without MangaDex' settings nothing is ever sent to it. */
export interface HandlerDeps extends EnrichDeps {
  limits: MediaLimits;
}

/** Task → what the server does. A task without a line here does not compile. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    scanLibrary: async (context, payload) => {
      const result = await scanLibrary(context, payload, deps);
      const isNew = result !== null && result.added > 0;
      if (isNew && deps.mangadex) await submitDueEnrichment(context.db, context.queue, deps.mangadex);
    },
    analyzeBook: (context, payload) => analyzeBook(context, payload, deps),
    analyzeBooks: (context, payload) => analyzeBooks(context, payload, deps),
    generatePosters: (context, payload) => generatePosters(context, payload, deps),
    generatePoster: async ({ db, signal }, { bookId }) => {
      await generatePoster({ db, ...deps }, bookId, signal);
    },
    refreshBookMetadata: (context, payload) => refreshBookMetadata(context, payload, deps),
    refreshBooks: (context, payload) => refreshBooks(context, payload, deps),
    refreshSidecars,
    refreshSeries: async (context, payload) => {
      await refreshSeries(context, payload);
      if (deps.mangadex) await submitRefreshed(context.db, context.queue, payload.seriesId, deps.mangadex);
    },
    refreshSeriesTogether: async (context, { seriesIds }) => {
      await refreshSeriesTogether(context, { seriesIds });
      if (deps.mangadex) await submitAllRefreshed(context.db, context.queue, seriesIds, deps.mangadex);
    },
    importSets,
    eachBook: (context, payload) =>
      eachBook(context, payload, {
        hashBook,
        hashBookKoreader,
        hashBookPages: (one, book) => hashBookPages(one, book, deps),
        findBarcode: (one, book) => findBarcode(one, book, deps),
      }),
    hashBook,
    hashBookKoreader,
    hashBookPages: (context, payload) => hashBookPages(context, payload, deps),
    findBarcode: (context, payload) => findBarcode(context, payload, deps),
    removeHashedPages: (context, payload) => removeHashedPages(context, payload, deps),
    emptyTrash,
    enrich: (context, payload) => enrich(context, payload, deps),
    convertBook: (context, payload) => convertBook(context, payload, deps),
    repairExtension,
    deleteBookFile,
    importBook: (context, payload) => importBook(context, payload, deps),
    analyzeTransientBook: (context, payload) => openTransientBook(context, payload, deps),
    deleteSeriesFiles,
    cleanUp,
  };
}
