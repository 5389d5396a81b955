import { useState } from 'preact/hooks';
import { pageAddress, probePage } from '../api/books';
import { messageFor } from '../api/failure';
import type { Page } from '../api/types';
import type { Size } from './fit';
import { sourceQueries } from './page-source';

interface PictureProps {
  bookId: string;
  page: Page;
  count: number;
  size: Size | null;
  measured?: (size: Size) => void;
}

/**
 * One page; give it a key per page, since it never changes its page. When its picture does not arrive it says why and offers to try again; the
 * screen is never just blank.
 */
export function PagePicture({ bookId, page, count, size, measured }: PictureProps) {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading');
  const [reason, setReason] = useState('');
  const queries = sourceQueries(page.mediaType);
  const address = pageAddress(bookId, queries[attempt % 2] ?? '', page.number);
  const failed = () => {
    // an even attempt has an alternative left; an odd one was the alternative
    if (attempt % 2 === 0) return setAttempt(attempt + 1);
    setState('failed');
    explain(pageAddress(bookId, queries[0], page.number)).then(setReason, () => undefined);
  };
  const retry = () => {
    setState('loading');
    setAttempt(attempt + 1);
  };
  const box = size === null ? undefined : { width: `${size.width}px`, height: `${size.height}px` };
  if (state === 'failed') return <FailedPage number={page.number} reason={reason} retry={retry} />;
  return (
    <div class={`page page-${state}`} style={box} aria-busy={state === 'loading'}>
      {state === 'loading' && <span class="spinner spinner-late" aria-hidden="true" />}
      <img
        key={`${address} ${attempt}`}
        class={size === null ? 'page-unmeasured' : ''}
        style={box}
        src={address}
        alt={`Page ${page.number} of ${count}`}
        draggable={false}
        decoding="async"
        onLoad={({ currentTarget }) => {
          setState('shown');
          measured?.({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight });
        }}
        onError={failed}
      />
    </div>
  );
}

function FailedPage({ number, reason, retry }: { number: number; reason: string; retry: () => void }) {
  return (
    <div class="page page-failed" role="alert">
      <p>
        <strong>Page {number} could not be shown.</strong>
      </p>
      <p>{reason}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** The words behind a failed picture; a lost session leads to the log-in by itself. */
async function explain(address: string): Promise<string> {
  try {
    await probePage(address);
    return 'The server sent it, but this browser cannot show it. The file may be damaged.';
  } catch (problem) {
    return messageFor(problem);
  }
}
