import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../base/config';
import type { Log } from '../base/log';
import type { HandlerDeps } from '../library/handlers';
import { defaultHandlersModule, loaderArguments, programFile, type FromWorker, type ToWorker } from './config';
import { growingPauses } from './pauses';

export interface WorkerProcessOptions {
  config: Config & { databaseUrl: string };
  handlerDeps: HandlerDeps;
  log: Log;
  /** Absolute path of a module like library/handlers. */
  handlersModule?: string;
}

export interface WorkerProcess {
  /** Its threads take tasks. */
  ready(): boolean;
  /** Undefined while it is being started again. */
  pid(): number | undefined;
  /** Lets it give back what it does and end; killed when that takes longer than seven seconds. */
  stop(): Promise<void>;
}

const stopLimit = 7_000;

/** Starts the process for background work, and starts it again when it dies. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { log } = options;
  const stopping = new AbortController();
  const nextPause = growingPauses();
  let ready = false;
  let child = await launch(options, true);

  const keepAlive = async (): Promise<void> => {
    for (;;) {
      child.on('message', (message: FromWorker) => {
        if (message.type === 'ready') ready = true;
      });
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      ready = false;
      if (stopping.signal.aborted) return;
      const delay = nextPause();
      log.error(
        { code: child.exitCode, signal: child.signalCode, delay },
        'the worker process died, it is started again',
      );
      await pause(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      child = await launch(options, false);
      // the stop may have come while it was being started
      if (stopping.signal.aborted) tell(child, { type: 'stop' });
    }
  };
  const finished = keepAlive();
  // only a process that cannot be started at all ends the loop; /health/ready says so
  finished.catch((error: unknown) => log.fatal({ err: error }, 'the worker process cannot be started'));

  return {
    ready: () => ready,
    pid: () => (child.exitCode === null && child.signalCode === null ? child.pid : undefined),
    stop: async () => {
      stopping.abort();
      tell(child, { type: 'stop' });
      const timer = setTimeout(() => {
        log.warn('the worker process does not end and is killed');
        child.kill('SIGKILL');
      }, stopLimit);
      await finished.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** Its log lines go to our standard output as they are. */
async function launch(
  { config, handlerDeps, handlersModule = defaultHandlersModule }: WorkerProcessOptions,
  firstStart: boolean,
): Promise<ChildProcess> {
  const child = fork(programFile('main'), [], {
    execArgv: loaderArguments,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'spawn');
  // a message to a process that has just died
  child.on('error', () => undefined);
  tell(child, { type: 'start', config: { ...config, handlerDeps, handlersModule }, firstStart });
  return child;
}

function tell(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message);
}
