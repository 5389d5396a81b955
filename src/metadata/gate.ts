import type { Asking } from './provider';

/** What became of a request: what the next ones have to know. */
export type RequestOutcome =
  | { kind: 'answered'; pauseMs?: number }
  /** No answer, or none that can be read: counts towards the breaker. */
  | { kind: 'failed'; reason: string; pauseMs?: number }
  /** The host wants nothing at all for a while. */
  | { kind: 'paused'; reason: string; pauseMs: number };

/** The right to send one request now. */
export interface Turn {
  /** Nothing was sent: the next one may go at once. */
  skip(): Promise<void>;
  done(outcome: RequestOutcome): Promise<void>;
}

/**
 * The one door to a host for all threads and processes: it keeps the rate, the pauses that the host asked for, and the
 * breaker. Throws ProviderUnavailable when there will be no turn soon.
 */
export interface Gate {
  enter(asking: Asking): Promise<Turn>;
}

export interface StoredResponse {
  /** Null: the host said that there is no such thing (404). */
  body: unknown;
  etag: string | null;
  isFresh: boolean;
}

/** Answers that were given before, by the normalised address. */
export interface ResponseStore {
  find(address: string): Promise<StoredResponse | null>;
  keep(address: string, response: { body: unknown; etag: string | null }, freshMs: number): Promise<void>;
  /** The host said that what is kept is still right (304). */
  renew(address: string, freshMs: number): Promise<void>;
}
