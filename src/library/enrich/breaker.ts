import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll, IterableBackoff } from 'cockatiel';

/** What cockatiel needs to go on where another process stopped; kept in the row of the gate. */
export interface BreakerRecord {
  ownState: { value: CircuitState; openedAt?: number; attemptNo?: number };
  breakerState: unknown;
}

/** Transport failures and 5xx in a row until nothing is sent (mangadex.md §7). */
const failuresUntilOpen = 5;

/**
 * The breaker after one more request. The gate lets a request through an open breaker only when its pause is over (one at
 * a time, so it is the probe): the record is set back so that the library sees it the same way, whatever our clock says.
 */
export async function breakerAfter(
  before: BreakerRecord | null,
  failed: boolean,
  pauses: readonly number[],
): Promise<BreakerRecord> {
  const due = before && {
    ...before,
    ownState: { ...before.ownState, ...('openedAt' in before.ownState && { openedAt: 0 }) },
  };
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: new IterableBackoff(pauses),
    breaker: new ConsecutiveBreaker(failuresUntilOpen),
    ...(due && { initialState: due }),
  });
  await breaker
    .execute(() => (failed ? Promise.reject(new Error('failed')) : Promise.resolve()))
    .catch(() => undefined);
  return breaker.toJSON() as BreakerRecord;
}

/** How long nothing is sent; 0 while the breaker is closed. */
export function openMilliseconds({ ownState }: BreakerRecord, pauses: readonly number[]): number {
  if (ownState.value !== CircuitState.Open) return 0;
  return pauses[Math.min(ownState.attemptNo ?? 1, pauses.length) - 1] ?? 0;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

/** For people: an open breaker whose pause is over lets one request through. */
export function breakerState(record: BreakerRecord | null, openUntil: Date | null, now: Date): BreakerState {
  if (record === null || record.ownState.value === CircuitState.Closed) return 'closed';
  return openUntil !== null && openUntil > now ? 'open' : 'half-open';
}
