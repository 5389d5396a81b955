import { useEffect } from 'preact/hooks';
import { reasonFor } from '../api/reasons';
import type { Operation } from '../api/types';
import { FailedTasks } from '../parts/failed-tasks';
import { counted, momentText } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { ProblemList } from '../parts/problem-list';
import { Empty } from '../parts/states';
import { VanishQuestions } from '../parts/vanish-question';
import { expectWork, operations } from '../state/live';
import { countsSeries, isActive, isQuestion, operationText, operationTitle, paceText } from '../state/operations';
import { useStore } from '../state/store';

/** What the server does, what it did, and what it wants to know. */
export function ActivityPage() {
  const all = useStore(operations);
  useEffect(expectWork, []);
  const active = all.filter(isActive);
  const over = all.filter((operation) => !isActive(operation) && !isQuestion(operation));
  return (
    <>
      <header class="page-head">
        <PageTitle title="Activity" />
      </header>
      <VanishQuestions />
      <FailedTasks />
      <section aria-labelledby="activity-now">
        <h2 id="activity-now" class="section-title">
          Now
        </h2>
        {active.length === 0 && <p class="soft">Nothing is running.</p>}
        <ul class="jobs">
          {active.map((operation) => (
            <RunningJob key={operation.id} operation={operation} />
          ))}
        </ul>
      </section>
      {over.length > 0 && (
        <section aria-labelledby="activity-before">
          <h2 id="activity-before" class="section-title">
            Before
          </h2>
          <ul class="jobs">
            {over.map((operation) => (
              <FinishedJob key={operation.id} operation={operation} />
            ))}
          </ul>
        </section>
      )}
      {all.length === 0 && (
        <Empty title="Nothing has run yet">
          <p class="soft">Scans and other long work are listed here for a week.</p>
        </Empty>
      )}
    </>
  );
}

function RunningJob({ operation }: { operation: Operation }) {
  const { done, total, problems } = operation;
  const pace = paceText(operation);
  return (
    <li class="job">
      <p class="job-title">{operationText(operation)}</p>
      {pace !== '' && <p class="soft">{pace}</p>}
      {operation.state === 'running' &&
        (total !== null && total > 0 ? (
          <progress value={done} max={total} aria-label="Progress" />
        ) : (
          <progress aria-label="Progress" />
        ))}
      <Failures problems={problems} />
    </li>
  );
}

function FinishedJob({ operation }: { operation: Operation }) {
  const { state, done, problems, finishedAt, startedAt } = operation;
  return (
    <li class="job">
      <p class="job-title">{operationTitle(operation)}</p>
      <p class={state === 'failed' ? 'problem' : 'soft'}>
        {[
          state === 'failed' ? failureText(operation) : outcomeText(operation, done),
          finishedAt === null ? '' : momentText(finishedAt),
          spentText(startedAt, finishedAt),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Failures problems={problems} />
    </li>
  );
}

function Failures({ problems }: { problems: Operation['problems'] }) {
  return <ProblemList problems={problems} label={`${counted(problems.length, 'file')} with a problem`} />;
}

const answers: Record<string, string> = {
  ACCEPTED: 'Moved to the trash, as you said',
  DECLINED: 'Kept, as you said',
  SUPERSEDED: 'Answered by a later scan',
};

function outcomeText(operation: Operation, done: number): string {
  const answer = answers[operation.message ?? ''];
  if (answer !== undefined) return answer;
  return countsSeries(operation) ? counted(done, 'series', 'series') : counted(done, 'book');
}

const failureText = ({ message }: Operation): string =>
  message === 'ABANDONED' ? 'Was cut off' : (reasonFor(message ?? '') ?? 'Failed');

/** "took 3 min"; a second says nothing. */
function spentText(startedAt: string | null, finishedAt: string | null): string {
  if (startedAt === null || finishedAt === null) return '';
  const seconds = Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  if (seconds < 2) return '';
  return seconds < 120 ? `took ${seconds} s` : `took ${Math.round(seconds / 60)} min`;
}
