/** The shortest of three runs in milliseconds: what the work costs, not what else the machine is doing. */
export function bestOfThree(work: () => unknown): number {
  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...runs);
}
