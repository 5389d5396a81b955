import { operations } from '../state/live';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { isActive, operationText, paceText, shownOperation } from '../state/operations';
import { useStore } from '../state/store';

/** What the server is busy with: "Scanning Comics – 120 of 400 books". */
export function OperationBar() {
  const all = useStore(operations);
  const shown = shownOperation(all);
  if (shown === null) return null;
  const others = all.filter(isActive).length - 1;
  const { done, total } = shown;
  return (
    <section class="operation" aria-label="Scan progress">
      <p role="status">
        {operationText(shown)}
        {others > 0 && <span class="soft"> (+{others} more)</span>}
      </p>
      <p class="operation-more">
        <span class="soft">{paceText(shown)}</span>
        <a href={hrefOf(paths.activity)}>Details</a>
      </p>
      {total !== null && total > 0 ? (
        <progress value={done} max={total} aria-label="Progress" />
      ) : (
        <progress aria-label="Progress" />
      )}
    </section>
  );
}
