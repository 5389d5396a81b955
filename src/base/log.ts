import pino from 'pino';
import { currentContext } from './context';

export type Log = pino.Logger;

/**
 * Where the lines go. Each process and thread appends whole lines to the file, which may be cut (`copytruncate`) or moved away
 * at any time between two starts.
 */
function destination(file: string | null): { stream: pino.DestinationStream; fault?: unknown } {
  const stream = pino.destination(1);
  if (file === null) return { stream };
  try {
    const appended = pino.destination({ dest: file, append: true, mkdir: true, sync: true });
    const level = 'trace';
    return {
      stream: pino.multistream([
        { level, stream },
        { level, stream: appended },
      ]),
    };
  } catch (error) {
    return { stream, fault: error };
  }
}

/**
 * JSON lines on standard output, and in a file where one is configured; every line carries the request's or task's correlation
 * id. Secrets are never written.
 */
export function createLog(level: string, bindings: Record<string, unknown> = {}, file: string | null = null): Log {
  const { stream, fault } = destination(file);
  const log = createPino(level, bindings, stream);
  if (fault !== undefined) log.error({ err: fault, file }, 'the log file cannot be written');
  return log;
}

function createPino(level: string, bindings: Record<string, unknown>, stream: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: { pid: process.pid, ...bindings },
    mixin: () => ({ ...currentContext() }),
    redact: { paths: ['*.password', '*.authorization', '*.cookie', '*.key'], censor: '[hidden]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, stream);
}

/** A log that says nothing, for tests. */
export const silentLog = (): Log => pino({ level: 'silent' });
