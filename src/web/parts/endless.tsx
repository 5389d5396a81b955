import { useEffect, useRef } from 'preact/hooks';

/** The foot of an endless list: asks for more before the reader arrives there. */
export function Endless({ more, done, loading }: { more: () => void; done: boolean; loading: boolean }) {
  const foot = useRef<HTMLDivElement>(null);
  const latest = useRef(more);
  latest.current = more;
  useEffect(() => {
    const element = foot.current;
    if (done || loading || element === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '1200px',
    });
    observer.observe(element);
    return () => observer.disconnect();
    // observed anew after each slice: a foot that is still in view reports itself again
  }, [done, loading]);
  if (done) return null;
  return (
    <div class="endless" ref={foot}>
      {loading && <span class="spinner" aria-hidden="true" />}
    </div>
  );
}
