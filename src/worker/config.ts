import path from 'node:path';
import type { Config } from '../base/config';
import type { createHandlers, HandlerDeps } from '../library/handlers';

/** What the worker process and its threads are told: plain JSON, read from the environment once, by the server. */
export interface WorkerConfig extends Config {
  databaseUrl: string;
  handlerDeps: HandlerDeps;
  /** Absolute path of a module like library/handlers; the tests have their own. */
  handlersModule: string;
}

export interface HandlersModule {
  createHandlers: typeof createHandlers;
}

/** `.ts` when the sources run (tsx, Jest), `.js` from the build: the programs of this folder are started by their files. */
export const extension = path.extname(__filename);

/** `--import tsx` does not reach the first file of a thread on Node 20; `--require` does. */
export const loaderArguments: string[] = extension === '.ts' ? ['--require', 'tsx/cjs'] : [];

export const programFile = (name: string): string => path.join(__dirname, `${name}${extension}`);

export const defaultHandlersModule = path.resolve(__dirname, '../library/handlers');

export type ToWorker = { type: 'start'; config: WorkerConfig; firstStart: boolean } | { type: 'stop' };
export type FromWorker = { type: 'ready' };
