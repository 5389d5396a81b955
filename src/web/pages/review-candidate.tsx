import { useEffect, useRef } from 'preact/hooks';
import { candidateCover } from '../api/metadata';
import type { Candidate } from '../api/metadata-types';
import { counted } from '../parts/format';
import { Difference } from './review-difference';
import { likelihood, reasonText } from './review-words';

interface CardProps {
  seriesId: string;
  candidate: Candidate;
  number: number;
  current: boolean;
  /** Another one fits as well. */
  tied: boolean;
  /** The difference is shown. */
  open: boolean;
  pick: () => void;
  accept: () => void;
  reject: () => void;
  preview: () => void;
}

/** One title that may be it; the current one tells everything. */
export function CandidateCard({ seriesId, candidate, number, current, tied, open, ...acts }: CardProps) {
  const { title, cover, score, reasons, summary, url, otherTitles, externalId } = candidate;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (current && number > 1) card.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <article
      ref={card}
      class={`candidate${current ? ' candidate-current' : ''}`}
      aria-current={current}
      aria-label={title}
    >
      <button type="button" class="candidate-cover" aria-label={`Choose ${title}`} onClick={acts.pick}>
        {cover === null ? <span class="candidate-blank">{title}</span> : <img src={candidateCover(cover)} alt="" />}
      </button>
      <div class="candidate-text">
        <h3>
          <kbd>{number}</kbd> {title}
        </h3>
        <Facts candidate={candidate} />
        <p class="candidate-score">
          <meter min={0} max={1} value={score} aria-hidden="true" /> {Math.round(score * 100)} %,{' '}
          {likelihood(score, tied)}
        </p>
        <ul class="candidate-reasons">
          {reasons.map((reason) => (
            <li key={reason.code} class={reason.points < 0 ? 'reason-against' : 'reason-for'} title={reason.detail}>
              {reasonText(reason)}
            </li>
          ))}
        </ul>
        {current && otherTitles.length > 0 && <p class="soft candidate-names">Also: {otherTitles.join(' · ')}</p>}
        {current && summary !== '' && <p class="candidate-summary">{summary}</p>}
      </div>
      <div class="candidate-rest">
        <p class="candidate-buttons">
          <button type="button" class={`button${current ? ' button-strong' : ''}`} onClick={acts.accept}>
            This is it {current && <kbd>Enter</kbd>}
          </button>
          <button type="button" class="button" onClick={acts.reject}>
            Not this {current && <kbd>X</kbd>}
          </button>
          <button type="button" class="button" aria-expanded={open} onClick={acts.preview}>
            What changes {current && <kbd>D</kbd>}
          </button>
          <a href={url} target="_blank" rel="noreferrer">
            On MangaDex
          </a>
        </p>
        {open && <Difference seriesId={seriesId} externalId={externalId} />}
      </div>
    </article>
  );
}

const languages: Record<string, string> = {
  ja: 'Japanese',
  ko: 'Korean',
  zh: 'Chinese',
  'zh-hk': 'Chinese',
  en: 'English',
};
const kindNames: Record<string, string> = {
  'official-colored': 'coloured',
  'fan-colored': 'coloured by fans',
  oneshot: 'one-shot',
  doujinshi: 'doujinshi',
  anthology: 'anthology',
  web: 'web comic',
  'long-strip': 'long strip',
};

function Facts({ candidate }: { candidate: Candidate }) {
  const { authors, year, lastVolume, originalLanguage, kinds } = candidate;
  const facts = [
    authors.join(', '),
    year === null ? '' : String(year),
    languages[originalLanguage] ?? originalLanguage,
    lastVolume === null ? '' : counted(lastVolume, 'volume'),
    ...kinds.map((kind) => kindNames[kind] ?? ''),
  ];
  return <p class="soft">{facts.filter((fact) => fact !== '').join(' · ')}</p>;
}
