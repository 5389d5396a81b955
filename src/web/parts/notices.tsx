import { dismiss, notices } from '../state/notices';
import { useStore } from '../state/store';
import { CloseIcon } from './icons';

/** Short messages at the foot of the window, spoken by screen readers. */
export function Notices() {
  const shown = useStore(notices);
  return (
    <div class="notices" role="status" aria-live="polite" aria-label="Messages">
      {shown.map((notice) => (
        <div key={notice.id} class={`notice notice-${notice.kind}`}>
          <p>{notice.text}</p>
          {notice.action && (
            <button type="button" class="notice-action" onClick={() => (dismiss(notice.id), notice.action?.run())}>
              {notice.action.label}
            </button>
          )}
          <button type="button" class="icon-button" aria-label="Dismiss message" onClick={() => dismiss(notice.id)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
