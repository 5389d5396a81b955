import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WebLink } from '../api/types';

/** A long summary is folded; short ones have nothing to press. */
export function Summary({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const [folds, setFolds] = useState(false);
  const paragraph = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const element = paragraph.current;
    if (element !== null) setFolds(element.scrollHeight > element.clientHeight + 2);
  }, [text]);
  if (text.trim() === '') return null;
  return (
    <div class="summary">
      <p ref={paragraph} class={open ? '' : 'folded'}>
        {text}
      </p>
      {folds && (
        <button type="button" class="text-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show more'}
        </button>
      )}
    </div>
  );
}

/** What is known, by name; '' and null are unknown and take no room. */
export type Fact = [label: string, value: ComponentChildren];

export function Facts({ facts }: { facts: Fact[] }) {
  const known = facts.filter(([, value]) => value !== '' && value !== null);
  return (
    <dl class="facts">
      {known.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function chips(words: readonly string[]): ComponentChildren {
  if (words.length === 0) return null;
  return (
    <ul class="chips">
      {[...new Set(words)].map((word) => (
        <li key={word}>{word}</li>
      ))}
    </ul>
  );
}

export function webLinks(links: readonly WebLink[]): ComponentChildren {
  // addresses come from files and from the web: only those that a browser opens as a page become links
  const safe = links.filter(({ url }) => /^https?:\/\//i.test(url));
  if (safe.length === 0) return null;
  return (
    <ul class="chips">
      {safe.map(({ label, url }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noopener noreferrer">
            {label}
          </a>
        </li>
      ))}
    </ul>
  );
}
