import { useEffect, useRef, useState } from 'preact/hooks';
import { seriesPoster } from '../api/books';
import {
  allowTitle,
  askAgain,
  chooseTitle,
  rejectTitle,
  searchTitles,
  takeBack,
  undoMatch,
  wantNoTitle,
} from '../api/metadata';
import type { Candidate, Reviewed } from '../api/metadata-types';
import { Cover } from '../parts/cover';
import { counted } from '../parts/format';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { CandidateCard } from './review-candidate';
import { reviewAction, type ReviewAction } from './review-keys';

/** What was decided, and how it is taken back. */
export interface Decided {
  text: string;
  undo: () => Promise<unknown>;
}

interface QuestionProps {
  series: Reviewed;
  /** The question is answered. */
  settle: (decided: Decided) => void;
  /** One candidate is out; the question stays. */
  note: (decided: Decided) => void;
  skip: (by: number) => void;
  undo: () => void;
}

/** One series beside the titles that it may be. */
export function Question({ series, settle, note, skip, undo }: QuestionProps) {
  const [candidates, setCandidates] = useState(series.candidates);
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { seriesId, name } = series;
  const chosen = candidates[Math.min(at, candidates.length - 1)];
  const decide = async (what: string, action: () => Promise<unknown>, then: () => void): Promise<void> => {
    if (busy) return;
    setBusy(true);
    if (await attempt(what, action)) then();
    setBusy(false);
  };
  const accept = ({ externalId, title }: Candidate) =>
    decide(
      'The match failed',
      () => chooseTitle(seriesId, externalId),
      () => settle({ text: `${name} is ${title}.`, undo: () => undoMatch(seriesId) }),
    );
  const reject = (candidate: Candidate) =>
    decide(
      'Refusing failed',
      () => rejectTitle(seriesId, candidate.externalId),
      () => {
        const rest = candidates.filter((other) => other !== candidate);
        const back = () => allowTitle(seriesId, candidate.externalId).then(() => setCandidates(candidates));
        setCandidates(rest);
        const decided = { text: `${name} is not ${candidate.title}.`, undo: back };
        if (rest.length === 0) settle(decided);
        else note(decided);
      },
    );
  const refuse = (how: (id: string) => Promise<unknown>, text: string) =>
    decide(
      'That failed',
      () => how(seriesId),
      () => settle({ text, undo: () => askAgain(seriesId) }),
    );
  const none = () => refuse(takeBack, `${name} stays without a title.`);
  const never = () => refuse(wantNoTitle, `No title is looked for ${name} any more.`);
  const toggle = ({ externalId }: Candidate) => setOpen(open === externalId ? null : externalId);
  const act = (action: ReviewAction): void => {
    if (action.kind === 'accept' && chosen) void accept(chosen);
    if (action.kind === 'reject' && chosen) void reject(chosen);
    if (action.kind === 'preview' && chosen) toggle(chosen);
    if (action.kind === 'none') void none();
    if (action.kind === 'never') void never();
    if (action.kind === 'undo') undo();
    if (action.kind === 'skip') skip(1);
    if (action.kind === 'back') skip(-1);
    if (action.kind === 'move') setAt((at + action.by + candidates.length) % Math.max(1, candidates.length));
    if (action.kind === 'pick' && action.index < candidates.length) setAt(action.index);
  };
  useReviewKeys(act);
  return (
    <section class="review" aria-label={name} aria-busy={busy}>
      <OwnSide series={series} />
      <div class="review-candidates">
        <ol class="review-list">
          {candidates.map((candidate, index) => (
            <li key={candidate.externalId}>
              <CandidateCard
                {...{ seriesId, candidate }}
                number={index + 1}
                current={candidate === chosen}
                tied={candidates.some((other) => other !== candidate && isTied(other, candidate))}
                open={open === candidate.externalId}
                pick={() => setAt(index)}
                accept={() => void accept(candidate)}
                reject={() => void reject(candidate)}
                preview={() => (setAt(index), toggle(candidate))}
              />
            </li>
          ))}
        </ol>
        <OtherSearch seriesId={seriesId} name={name} show={(found) => (setCandidates(found), setAt(0))} />
        <div class="review-rest">
          <button type="button" class="button" onClick={() => act({ kind: 'skip' })}>
            Later <kbd>S</kbd>
          </button>
          <button type="button" class="button" onClick={() => act({ kind: 'none' })}>
            None of these <kbd>N</kbd>
          </button>
          <button type="button" class="button" onClick={() => act({ kind: 'never' })}>
            Never look for one <kbd>V</kbd>
          </button>
        </div>
      </div>
    </section>
  );
}

/** The server takes neither of two that are this near by itself. */
const isTied = (a: Candidate, b: Candidate): boolean => Math.abs(a.score - b.score) < 0.045;

/** What lies on the disk, to be compared with. */
function OwnSide({ series: { seriesId, name, bookCount } }: { series: Reviewed }) {
  return (
    <header class="review-own">
      <a class="review-cover" href={hrefOf(paths.series(seriesId))} tabIndex={-1} aria-hidden="true">
        <Cover address={seriesPoster(seriesId)} title={name} eager />
      </a>
      <div>
        <p class="soft">Your folder</p>
        <h2 class="review-name">
          <a href={hrefOf(paths.series(seriesId))}>{name}</a>
        </h2>
        <p class="soft">{counted(bookCount, 'book')}</p>
      </div>
    </header>
  );
}

interface SearchProps {
  seriesId: string;
  name: string;
  show: (found: Candidate[]) => void;
}

/** When none of them is it: a search of one's own. */
function OtherSearch({ seriesId, name, show }: SearchProps) {
  const [text, setText] = useState(name);
  const [busy, setBusy] = useState(false);
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await attempt('The search failed', async () => {
      const found = await searchTitles(seriesId, text);
      if (found.length === 0) notify('failed', 'MangaDex found nothing for that');
      else show(found.slice(0, 9));
    });
    setBusy(false);
  };
  return (
    <form class="review-search field" onSubmit={(event) => void search(event)}>
      <label>
        <span class="unseen">Search MangaDex</span>
        <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button" disabled={busy}>
        Search MangaDex
      </button>
    </form>
  );
}

/** Keys work wherever the focus is, but for fields and what has keys of its own. */
function useReviewKeys(act: (action: ReviewAction) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.defaultPrevented || event.repeat || target?.closest('input, textarea, select, dialog')) return;
      if (event.key === 'Enter' && target?.closest('button, a, summary')) return;
      const action = reviewAction(event);
      if (action === null) return;
      event.preventDefault();
      latest.current(action);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
