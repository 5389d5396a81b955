import { createQueue } from '../queue/queue';
import { submitDueScans } from './due';
import { runThread } from './thread';

void runThread(1, async ({ name, db }) => {
  const queue = createQueue(db);
  if (name === 'due-scans') await submitDueScans(db, queue);
  if (name === 'clean-up') await queue.submit('cleanUp', {});
});
