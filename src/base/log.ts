import pino from 'pino';
import { currentContext } from './context';

export type Log = pino.Logger;

/** JSON lines on standard output; every line carries the request's or task's correlation id. Secrets are never written. */
export function createLog(level: string, bindings: Record<string, unknown> = {}): Log {
  return pino({
    level,
    base: { pid: process.pid, ...bindings },
    mixin: () => ({ ...currentContext() }),
    redact: { paths: ['*.password', '*.authorization', '*.cookie', '*.key'], censor: '[hidden]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** A log that says nothing, for tests. */
export const silentLog = (): Log => pino({ level: 'silent' });
