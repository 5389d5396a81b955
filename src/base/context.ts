import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of one request or task carries, and what a job inherits from the request that caused it. */
export interface Context {
  /** Goes from the request (`x-request-id`) to every job that it causes, directly or not. */
  correlationId: string;
  taskId?: string;
}

const storage = new AsyncLocalStorage<Context>();

export const currentContext = (): Context | undefined => storage.getStore();

export function withContext<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}
