import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Series } from '../api/types';
import { credits, directionText, languageText, statusText } from '../parts/format';

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

/** Everything else that is known about the series; what is unknown takes no room. */
export function SeriesFacts({ series }: { series: Series }) {
  const { metadata, booksMetadata } = series;
  const total = metadata.totalBookCount;
  const facts: [string, ComponentChildren][] = [
    ...credits(booksMetadata.authors).map(({ label, names }): [string, string] => [label, names]),
    ['Publisher', metadata.publisher],
    ['Status', statusText(series)],
    ['Books', total === null || total === series.booksCount ? '' : `${series.booksCount} of ${total}`],
    ['Age rating', metadata.ageRating === null ? '' : `${metadata.ageRating}+`],
    ['Language', languageText(metadata.language)],
    ['Reading direction', directionText(metadata.readingDirection)],
    ['Genres', <Chips words={metadata.genres} />],
    ['Tags', <Chips words={[...new Set([...metadata.tags, ...booksMetadata.tags])]} />],
    ['Links', <Links series={series} />],
    // MangaDex asks to be named where its data is shown
    ['Metadata', metadata.links.some(({ label }) => label === 'MangaDex') ? 'With data from MangaDex' : ''],
  ];
  const empty = {
    Genres: metadata.genres.length,
    Tags: metadata.tags.length + booksMetadata.tags.length,
    Links: metadata.links.length,
  };
  const shown = facts.filter(([label, value]) => value !== '' && empty[label as keyof typeof empty] !== 0);
  return (
    <dl class="facts">
      {shown.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Chips({ words }: { words: string[] }) {
  return (
    <ul class="chips">
      {words.map((word) => (
        <li key={word}>{word}</li>
      ))}
    </ul>
  );
}

function Links({ series }: { series: Series }) {
  // addresses come from files and from the web: only those that a browser opens as a page become links
  const safe = series.metadata.links.filter(({ url }) => /^https?:\/\//i.test(url));
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
