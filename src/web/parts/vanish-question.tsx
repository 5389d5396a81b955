import { useId, useState } from 'preact/hooks';
import { answerOperation } from '../api/libraries';
import type { Operation } from '../api/types';
import { libraries } from '../state/libraries';
import { expectWork, operations } from '../state/live';
import { attempt, notify } from '../state/notices';
import { isQuestion } from '../state/operations';
import { useStore } from '../state/store';
import { ConfirmDialog } from './confirm';
import { counted } from './format';
import { ProblemList } from './problem-list';

/** What scans want to know from an administrator: of one library, or of all. */
export function VanishQuestions({ libraryId }: { libraryId?: string }) {
  const open = useStore(operations).filter(
    (operation) => isQuestion(operation) && (libraryId === undefined || operation.subjectId === libraryId),
  );
  return (
    <>
      {open.map((operation) => (
        <VanishQuestion key={operation.id} operation={operation} />
      ))}
    </>
  );
}

function VanishQuestion({ operation }: { operation: Operation }) {
  const heading = useId();
  const [busy, setBusy] = useState(false);
  const [sure, setSure] = useState(false);
  const { done: gone, total, problems, subjectId } = operation;
  const library = useStore(libraries)?.find(({ id }) => id === subjectId);
  const name = library?.name ?? operation.subjectName ?? 'the library';
  const forgets = library?.emptyTrashAfterScan === true;
  const answer = async (choice: 'accept' | 'decline') => {
    setBusy(true);
    const sent = await attempt('The answer was not taken', () => answerOperation(operation.id, choice));
    if (sent)
      notify(
        'done',
        choice === 'accept' ? `Moving ${counted(gone, 'book')} to the trash.` : 'Everything stays as it is.',
      );
    setBusy(false);
    expectWork();
  };
  return (
    <section class="question" role="alert" aria-labelledby={heading}>
      <h2 id={heading}>
        {counted(gone, 'book')} of {total === null ? '' : `${total.toLocaleString('en')} in `}
        {name} cannot be found
      </h2>
      <p>
        Nothing was removed. If a disk or a share is missing, bring it back and scan again: this question then goes away
        by itself. If the files were deleted on purpose, their books can go to the trash
        {forgets ? '; this library empties its trash after each scan, so they are forgotten at once.' : '.'}
      </p>
      <ProblemList problems={problems} total={gone} label="Which files?" reasons={false} />
      <div class="actions">
        <button type="button" class="button button-strong" disabled={busy} onClick={() => void answer('decline')}>
          Keep everything
        </button>
        <button
          type="button"
          class="button"
          disabled={busy}
          onClick={() => (forgets ? setSure(true) : void answer('accept'))}
        >
          {forgets ? 'Forget' : 'Move'} {counted(gone, 'book')}
          {forgets ? '…' : ' to the trash'}
        </button>
      </div>
      {sure && (
        <ConfirmDialog
          title={`Forget ${counted(gone, 'book')}?`}
          confirm="Forget them"
          act={() => answer('accept')}
          close={() => setSure(false)}
        >
          <p>What was read of them, their metadata and their places in lists are lost.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
