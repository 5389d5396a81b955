import { discardFailedTask, findFailedTasks, retryFailedTask } from '../api/failed-tasks';
import type { FailedTask } from '../api/types';
import { reasonFor } from '../api/reasons';
import { paths } from '../routes';
import { expectWork } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt } from '../state/notices';
import { useLoad } from '../state/use-load';
import { counted, momentText } from './format';
import { taskTitle } from './task-words';

/** So many are shown; the buttons below stand for all of them. */
const shownAtMost = 20;

/** Work that the server gave up: an administrator has it tried again, when the cause is mended, or forgets it. */
export function FailedTasks() {
  const { value: tasks = [], reload } = useLoad('failed tasks', findFailedTasks);
  if (tasks.length === 0) return null;
  const act = async (what: string, action: () => Promise<void>) => {
    await attempt(what, action);
    reload();
    expectWork();
  };
  const retry = (id: string | null) => void act('It could not be tried again', () => retryFailedTask(id));
  const discard = (id: string | null) => void act('It could not be forgotten', () => discardFailedTask(id));
  return (
    <section aria-labelledby="activity-failed">
      <h2 id="activity-failed" class="section-title">
        Given up
      </h2>
      <p class="soft jobs-remark">This was tried several times. Try it again when the cause is mended.</p>
      <ul class="jobs">
        {tasks.slice(0, shownAtMost).map((task) => (
          <FailedJob key={task.id} task={task} retry={() => retry(task.id)} discard={() => discard(task.id)} />
        ))}
      </ul>
      {tasks.length > 1 && (
        <div class="actions">
          {tasks.length > shownAtMost && <p class="soft">And {counted(tasks.length - shownAtMost, 'other')}.</p>}
          <button type="button" class="button button-small" onClick={() => retry(null)}>
            Try all again
          </button>
          <button type="button" class="button button-small" onClick={() => discard(null)}>
            Forget all
          </button>
        </div>
      )}
    </section>
  );
}

interface FailedJobProps {
  task: FailedTask;
  retry: () => void;
  discard: () => void;
}

function FailedJob({ task, retry, discard }: FailedJobProps) {
  const { subject, code, createdAt } = task;
  const page = subject && pages[subject.kind](subject.id);
  return (
    <li class="job">
      <p class="job-title">
        {taskTitle(task)}
        {subject && page && (
          <>
            {': '}
            <a href={hrefOf(page)}>{subject.name}</a>
          </>
        )}
      </p>
      <p class="problem">
        {reasonFor(code ?? '') ?? 'Something unforeseen went wrong: the log of the server tells what.'}
      </p>
      <div class="actions">
        <span class="soft">
          Asked for <time dateTime={createdAt}>{momentText(createdAt)}</time>
        </span>
        <button type="button" class="button button-small" onClick={retry}>
          Try again
        </button>
        <button type="button" class="button button-small" onClick={discard}>
          Forget
        </button>
      </div>
    </li>
  );
}

const pages: Record<NonNullable<FailedTask['subject']>['kind'], (id: string) => string> = {
  book: paths.book,
  series: paths.series,
  library: paths.library,
};
