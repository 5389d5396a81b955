import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../base/log';
import { createAssembler, eventChannel, type ServerEvent } from './events';

export interface EventListening {
  close(): Promise<void>;
}

/** Pauses between attempts to connect again, in milliseconds; the last one is repeated. */
const pauses = [100, 300, 1_000, 3_000, 10_000];

/**
 * Hears the events of all processes on a connection of its own, and connects again when that breaks; what happened
 * meanwhile is not told, but that there was such a time: `missed` is called when it listens again. Resolves when it listens
 * for the first time.
 */
export async function listenToEvents(
  url: string,
  log: Log,
  handler: (event: ServerEvent) => void,
  missed: () => void = () => undefined,
): Promise<EventListening> {
  const closing = new AbortController();
  let current: Client | undefined;
  let told: (() => void) | undefined;
  let hasListened = false;
  const listening = new Promise<void>((resolve) => (told = resolve));

  /** Listens until the connection ends. */
  const session = async (): Promise<void> => {
    const client = new Client({ connectionString: url, application_name: 'kiremisu events', keepAlive: true });
    current = client;
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => log.warn({ err: error }, 'the connection for events broke'));
    const assemble = createAssembler();
    client.on('notification', ({ payload = '' }) => tell(() => assemble(payload), log, handler));
    try {
      await client.connect();
      await client.query(`listen ${eventChannel}`);
      told?.();
      if (hasListened) missed();
      hasListened = true;
    } catch (error) {
      await client.end();
      throw error;
    }
    await ended;
  };

  const forever = async (): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      const started = Date.now();
      await session().catch((error: unknown) => log.warn({ err: error }, 'no connection for events'));
      if (Date.now() - started > 60_000) failures = 0;
      const delay = pauses[Math.min(failures, pauses.length - 1)] ?? 0;
      await pause(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };

  const finished = forever();
  await listening;
  return {
    close: async () => {
      closing.abort();
      await current?.end();
      await finished;
    },
  };
}

function tell(read: () => ServerEvent | null, log: Log, handler: (event: ServerEvent) => void): void {
  try {
    const event = read();
    if (event) handler(event);
  } catch (error) {
    log.error({ err: error }, 'an event could not be handled');
  }
}
