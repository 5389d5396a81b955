import { silentLog } from '../../../src/base/log';
import { openDatabase } from '../../../src/db/database';
import { submitDueEnrichment } from '../../../src/library/enrich/due';
import { openMangaDex } from '../../../src/library/enrich/mangadex';
import { enrich } from '../../../src/library/enrich/run';
import { ProviderUnavailable } from '../../../src/metadata/provider';
import { sweepDeadWorkers } from '../../../src/queue/liveness';
import { createQueue } from '../../../src/queue/queue';
import { startRunner } from '../../../src/queue/runner';
import { handlersOf } from '../../jobs/support';

/** What a test says to the process, as JSON. */
export interface EnricherOptions {
  database: string;
  mangadex: string;
  /** Milliseconds between two requests. */
  interval: number;
  breakerPauses: number[];
  /** What its users search for, one after the other. */
  queries: string[];
}

/** Milliseconds between looks of the clock and the sweep, which take a minute and five seconds in a server. */
const tick = 400;

/** A server as far as metadata goes, to be killed: a worker, a clock, a sweep, and people who search. */
async function main(options: EnricherOptions): Promise<void> {
  const log = silentLog();
  const db = await openDatabase(options.database, { log });
  const queue = createQueue(db);
  const mangadex = { mode: 'auto' as const, apiUrl: options.mangadex, uploadsUrl: options.mangadex };
  const { interval, breakerPauses } = options;
  const tuning = { interval, breakerPauses, backoff: 5, patience: 200, lease: 2_000 };
  const handlers = handlersOf({ enrich: (context) => enrich(context, {}, { mangadex, tuning }) });
  await startRunner({ url: options.database, db, handlers, log, pollInterval: tick });
  setInterval(() => void sweepDeadWorkers(db, log).then(() => submitDueEnrichment(db, queue, mangadex)), tick);
  const provider = openMangaDex(db, mangadex, tuning);
  for (const query of options.queries) {
    await provider.search(query, { urgent: true }).catch((error: unknown) => {
      if (!(error instanceof ProviderUnavailable)) throw error;
    });
  }
}

void main(JSON.parse(process.argv[2] ?? '{}') as EnricherOptions);
