import { useEffect, useState } from 'preact/hooks';
import { version } from '../state/live';
import { useStore } from '../state/store';

interface CoverProps {
  address: string;
  title: string;
  /** The first covers of a screen are wanted at once. */
  eager?: boolean;
}

/** Posters are made after a book is found, so a missing one is asked for again: soon, then more rarely. */
const patience = [4_000, 15_000, 60_000];

/** A poster, or a made-up one with the title while there is none. */
export function Cover({ address, title, eager = false }: CoverProps) {
  const [state, setState] = useState<'loading' | 'shown' | 'missing'>('loading');
  const [tries, setTries] = useState(0);
  const changed = useStore(version);
  useEffect(() => {
    if (state !== 'missing') return;
    const pause = patience[tries];
    if (pause === undefined) return;
    const timer = setTimeout(() => (setTries(tries + 1), setState('loading')), pause);
    return () => clearTimeout(timer);
  }, [state, tries]);
  useEffect(() => {
    if (state === 'missing') setState('loading');
  }, [changed]);
  return (
    <span class={`cover cover-${state}`}>
      <span class="cover-made" aria-hidden="true">
        {title}
      </span>
      {state !== 'missing' && (
        <img
          src={address}
          alt=""
          loading={eager ? 'eager' : 'lazy'}
          decoding="async"
          onLoad={() => setState('shown')}
          onError={() => setState('missing')}
        />
      )}
    </span>
  );
}
