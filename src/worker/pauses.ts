/** Milliseconds until something that died is started again: growing, and from the start once it lived for a minute. */
export function growingPauses(first = 200, longest = 30_000, healthyAfter = 60_000): () => number {
  let deaths = 0;
  let startedAt = Date.now();
  return () => {
    const now = Date.now();
    if (now - startedAt > healthyAfter) deaths = 0;
    const delay = Math.min(first * 2 ** deaths, longest);
    deaths++;
    startedAt = now + delay;
    return delay;
  };
}
