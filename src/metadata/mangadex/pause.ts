/** How long a host wants to be left alone (mangadex.md §2), milliseconds. */
const shortest = 1_000;
const longest = 15 * 60_000;
/** For a 429 that does not say. */
const unsaid = 60_000;
/** 403 on everything is a ban, whose length nobody knows. */
export const banPause = longest;

type Header = (name: string) => string | undefined;

const clamp = (milliseconds: number) => Math.min(longest, Math.max(shortest, Math.ceil(milliseconds)));

/** `Retry-After`: seconds or a date. */
function fromRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d+(?:\.\d+)?$/u.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : date - now;
}

/** `X-RateLimit-Retry-After`: a moment as Unix seconds, not a length. */
function fromRateLimit(value: string | undefined, now: number): number | null {
  const seconds = Number(value ?? '');
  if (!Number.isFinite(seconds) || seconds <= 0) return null;
  return seconds > 1e9 ? seconds * 1000 - now : seconds * 1000;
}

/** After a 429: the longer of what both headers say. */
export function announcedPause(header: Header, now: number): number {
  const said = [
    fromRetryAfter(header('retry-after'), now),
    fromRateLimit(header('x-ratelimit-retry-after'), now),
  ].filter((value) => value !== null);
  return said.length === 0 ? unsaid : clamp(Math.max(...said));
}

/** A busy server (503) may say when to come back; null when it does not. */
export function politePause(header: Header, now: number): number | null {
  const said = fromRetryAfter(header('retry-after'), now);
  return said === null ? null : clamp(said);
}

/** An answer that says that it was the last one allowed for now; null otherwise. */
export function exhaustedPause(header: Header, now: number): number | null {
  if (header('x-ratelimit-remaining')?.trim() !== '0') return null;
  const said = fromRateLimit(header('x-ratelimit-retry-after'), now);
  return said === null || said <= 0 ? null : clamp(said);
}
