import { useEffect, useRef, useState } from 'preact/hooks';
import {
  candidateCover,
  chooseTitle,
  findReview,
  rejectTitle,
  searchTitles,
  takeBack,
  wantNoTitle,
  type Candidate,
  type Reviewed,
} from '../api/metadata';
import { counted } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Empty, LoadProblem, Loading } from '../parts/states';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { useLoad } from '../state/use-load';
import { reasonText, reviewAction, type ReviewAction } from './review-keys';

/** Series whose title the server is not sure of: one after the other, one key each. */
export function ReviewPage() {
  const { value, problem, reload } = useLoad('review', findReview);
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  if (problem !== undefined) return <LoadProblem problem={problem} retry={reload} />;
  if (value === undefined) return <Loading what="Looking for open questions" />;
  const open = value.items.filter(({ seriesId }) => !done.has(seriesId));
  const current = open[Math.min(at, open.length - 1)];
  if (current === undefined) return <NothingLeft more={value.total > done.size} reload={reload} />;
  const left = value.total - value.items.filter(({ seriesId }) => done.has(seriesId)).length;
  const settle = () => {
    setDone(new Set([...done, current.seriesId]));
    // the last of fifty: the next fifty
    if (open.length === 1) reload();
  };
  const skip = (by: number) => setAt((Math.min(at, open.length - 1) + by + open.length) % open.length);
  return (
    <>
      <header class="page-head">
        <PageTitle title="Review">
          Review <span class="count">{counted(left, 'question')}</span>
        </PageTitle>
      </header>
      <Question key={current.seriesId} series={current} settle={settle} skip={skip} />
    </>
  );
}

function NothingLeft({ more, reload }: { more: boolean; reload: () => void }) {
  useEffect(() => {
    if (more) reload();
  }, [more]);
  return (
    <Empty title="Nothing to review" whole>
      <p class="soft">Every series has its title, or none that would fit. New questions appear here after a scan.</p>
    </Empty>
  );
}

interface QuestionProps {
  series: Reviewed;
  settle: () => void;
  skip: (by: number) => void;
}

function Question({ series, settle, skip }: QuestionProps) {
  const [candidates, setCandidates] = useState(series.candidates);
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const { seriesId, name } = series;
  const chosen = candidates[Math.min(at, candidates.length - 1)];
  const decide = async (what: string, action: () => Promise<unknown>, then: () => void): Promise<void> => {
    if (busy) return;
    setBusy(true);
    if (await attempt(what, action)) then();
    setBusy(false);
  };
  const accept = (candidate: Candidate) =>
    decide(
      'The match failed',
      () => chooseTitle(seriesId, candidate.externalId),
      () => {
        notify('done', `${name} is ${candidate.title}`);
        settle();
      },
    );
  const reject = (candidate: Candidate) =>
    decide(
      'Refusing failed',
      () => rejectTitle(seriesId, candidate.externalId),
      () => {
        const rest = candidates.filter((other) => other !== candidate);
        setCandidates(rest);
        if (rest.length === 0) settle();
      },
    );
  const act = (action: ReviewAction): void => {
    if (action.kind === 'accept' && chosen) void accept(chosen);
    if (action.kind === 'reject' && chosen) void reject(chosen);
    if (action.kind === 'never') void decide('That failed', () => wantNoTitle(seriesId), settle);
    if (action.kind === 'skip') skip(1);
    if (action.kind === 'back') skip(-1);
    if (action.kind === 'move') setAt((at + action.by + candidates.length) % Math.max(1, candidates.length));
    if (action.kind === 'pick' && action.index < candidates.length) setAt(action.index);
  };
  useReviewKeys(act);
  return (
    <section class="review" aria-label={name} aria-busy={busy}>
      <h2 class="review-name">
        <a href={hrefOf(paths.series(seriesId))}>{name}</a>
        <span class="count">{counted(series.bookCount, 'book')}</span>
      </h2>
      <ol class="review-list">
        {candidates.map((candidate, index) => (
          <li key={candidate.externalId}>
            <CandidateCard
              candidate={candidate}
              number={index + 1}
              current={candidate === chosen}
              accept={() => void accept(candidate)}
              reject={() => void reject(candidate)}
            />
          </li>
        ))}
      </ol>
      <OtherSearch seriesId={seriesId} name={name} show={(found) => (setCandidates(found), setAt(0))} />
      <div class="review-rest">
        <button type="button" class="button" onClick={() => act({ kind: 'skip' })}>
          Later <kbd>S</kbd>
        </button>
        <button type="button" class="button" onClick={() => act({ kind: 'never' })}>
          None of them, ever <kbd>N</kbd>
        </button>
        <button
          type="button"
          class="button"
          onClick={() => void decide('That failed', () => takeBack(seriesId), settle)}
        >
          No match
        </button>
      </div>
    </section>
  );
}

interface CardProps {
  candidate: Candidate;
  number: number;
  current: boolean;
  accept: () => void;
  reject: () => void;
}

function CandidateCard({ candidate, number, current, accept, reject }: CardProps) {
  const { title, authors, year, lastVolume, cover, score, otherTitles, reasons, summary, url } = candidate;
  const facts = [authors.join(', '), year, lastVolume === null ? null : counted(lastVolume, 'volume')];
  return (
    <article class={`candidate${current ? ' candidate-current' : ''}`} aria-current={current}>
      {cover !== null && <img class="candidate-cover" src={candidateCover(cover)} alt="" loading="lazy" />}
      <div class="candidate-text">
        <h3>
          <kbd>{number}</kbd> {title} <span class="count">{Math.round(score * 100)} %</span>
        </h3>
        <p class="soft">{facts.filter((fact) => fact !== null && fact !== '').join(' · ')}</p>
        {otherTitles.length > 0 && <p class="soft candidate-names">{otherTitles.join(' · ')}</p>}
        <ul class="candidate-reasons">
          {reasons.map(({ code, detail, points }) => (
            <li key={code} class={points < 0 ? 'tag tag-against' : 'tag'} title={detail}>
              {reasonText(code)}
            </li>
          ))}
        </ul>
        <p class="candidate-summary">{summary}</p>
        <p class="candidate-buttons">
          <button type="button" class="button button-strong" onClick={accept}>
            This is it {current && <kbd>Enter</kbd>}
          </button>
          <button type="button" class="button" onClick={reject}>
            Not this {current && <kbd>X</kbd>}
          </button>
          <a href={url} target="_blank" rel="noreferrer">
            Look at MangaDex
          </a>
        </p>
      </div>
    </article>
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
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    await attempt('The search failed', async () => {
      const found = await searchTitles(seriesId, text);
      if (found.length === 0) notify('failed', 'MangaDex found nothing for that');
      else show(found.slice(0, 9));
    });
  };
  return (
    <form class="review-search field" onSubmit={(event) => void search(event)}>
      <label>
        <span class="unseen">Search MangaDex</span>
        <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button">
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
