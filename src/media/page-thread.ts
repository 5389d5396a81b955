import type { MessagePort } from 'node:worker_threads';
import { doPageTask, type PageTask, type PageTaskResult } from './page-task';
import { outliveStrayRejections } from '../base/stray-rejections';

outliveStrayRejections();

/** The thread of the page pool: a loop that piscina runs, all work is in page-task.ts. */
export default async function pageThread({
  task,
  port,
}: {
  task: PageTask;
  port?: MessagePort;
}): Promise<PageTaskResult> {
  try {
    return await doPageTask(task, (file) => port?.postMessage(file));
  } finally {
    port?.close();
  }
}
