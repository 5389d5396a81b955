import { createQueue } from '../queue/queue';
import { submitDueEnrichment } from '../library/enrich/due';
import { submitDueScans } from './due';
import { runThread } from './thread';

void runThread(1, async ({ name, db, config }) => {
  const queue = createQueue(db);
  if (name === 'due-scans') await submitDueScans(db, queue);
  const { mangadex } = config.handlerDeps;
  if (name === 'due-metadata' && mangadex) await submitDueEnrichment(db, queue, mangadex);
  if (name === 'clean-up') await queue.submit('cleanUp', {});
});
