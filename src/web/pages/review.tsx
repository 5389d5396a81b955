import { useEffect, useRef, useState } from 'preact/hooks';
import { findReview } from '../api/metadata';
import type { Review } from '../api/metadata-types';
import { counted } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Empty, LoadProblem, Loading } from '../parts/states';
import { attempt, dismiss, notify } from '../state/notices';
import { useLoad } from '../state/use-load';
import { ProviderLine } from './review-provider';
import { Question, type Decided } from './review-question';
import { RecentRuns } from './review-runs';

/** Series whose title the server is not sure of: one after the other, one key each. */
export function ReviewPage() {
  const { value, problem, reload } = useLoad('review', findReview);
  if (problem !== undefined) return <LoadProblem problem={problem} retry={reload} />;
  if (value === undefined) return <Loading what="Looking for open questions" />;
  return <Questions review={value} reload={reload} />;
}

function Questions({ review, reload }: { review: Review; reload: () => void }) {
  const [settled, setSettled] = useState<ReadonlySet<string>>(new Set());
  // by its id: what a scan adds meanwhile must not come under the fingers
  const [currentId, setCurrentId] = useState<string | null>(null);
  const last = useRef<(() => Promise<void>) | null>(null);
  const open = review.items.filter(({ seriesId }) => !settled.has(seriesId));
  const at = Math.max(
    0,
    open.findIndex(({ seriesId }) => seriesId === currentId),
  );
  const current = open[at];
  const left = review.total - (review.items.length - open.length);
  useEffect(() => {
    if (current !== undefined) setCurrentId(current.seriesId);
    // the last of fifty: the next fifty
    if (current === undefined && left > 0) reload();
  }, [current?.seriesId, left]);

  const undo = () => void last.current?.();
  const note = ({ text, undo: takeBack }: Decided, seriesId: string) => {
    const run = async () => {
      last.current = null;
      dismiss(notice);
      if (!(await attempt('That could not be taken back', takeBack))) return;
      setSettled((before) => new Set([...before].filter((id) => id !== seriesId)));
      setCurrentId(seriesId);
      // it may have left the list meanwhile
      reload();
    };
    last.current = run;
    const notice = notify('done', text, { label: 'Undo', run: () => void run() });
  };
  const skip = (by: number) => setCurrentId(open[(at + by + open.length) % open.length]?.seriesId ?? null);
  const settle = (decided: Decided, seriesId: string) => {
    setCurrentId(open[at + 1]?.seriesId ?? open[0]?.seriesId ?? null);
    setSettled(new Set([...settled, seriesId]));
    note(decided, seriesId);
  };
  return (
    <>
      <header class="page-head">
        <PageTitle title="Review">
          Review {left > 0 && <span class="count">{counted(left, 'question')}</span>}
        </PageTitle>
      </header>
      <ProviderLine />
      {current === undefined ? (
        <NothingLeft undo={undo} />
      ) : (
        <Question
          key={current.seriesId}
          series={current}
          settle={(decided) => settle(decided, current.seriesId)}
          note={(decided) => note(decided, current.seriesId)}
          {...{ skip, undo }}
        />
      )}
      <RecentRuns decided={settled.size} />
    </>
  );
}

function NothingLeft({ undo }: { undo: () => void }) {
  useEffect(() => {
    const press = ({ key, target }: KeyboardEvent) => {
      if (key === 'z' && !(target instanceof HTMLInputElement)) undo();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
  return (
    <Empty title="Nothing to review">
      <p class="soft">Every series has its title, or none that would fit. New questions appear here after a scan.</p>
    </Empty>
  );
}
