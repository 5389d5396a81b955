import type { MatchState } from '../../model/match';
import type { Series } from '../../model/series';

const day = 24 * 60 * 60_000;

/** Days until a series is looked at again. A story that goes on changes; a name that nobody knew may be known in a while. */
const days: Record<MatchState, number> = { matched: 30, proposed: 30, none: 14, never: 3650 };
const ongoingDays = 4;

/** Spread by a third, so that what was matched in one night is not refreshed in one night. */
export function nextCheck(
  state: MatchState,
  status: Series['status'] | null,
  now: Date,
  random: () => number = Math.random,
): Date {
  const isOngoing = state === 'matched' && (status === 'ONGOING' || status === 'HIATUS');
  const length = (isOngoing ? ongoingDays : days[state]) * day;
  return new Date(now.getTime() + length * (1 - 1 / 6 + random() / 3));
}
