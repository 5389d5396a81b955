import { useState } from 'preact/hooks';
import { deleteBookFile } from '../api/books';
import type { Book } from '../api/types';
import { booksChanged, expectWork } from '../state/live';
import { attempt, notify } from '../state/notices';
import { ConfirmDialog } from './confirm';
import { bookTitle, readText } from './format';

interface DeleteFileProps {
  book: Book;
  small?: boolean;
  /** The server has taken the order. */
  done?: () => void;
}

/** Only for an administrator, and only after a second yes: the file is gone for good. */
export function DeleteFile({ book, small = false, done }: DeleteFileProps) {
  const [asking, setAsking] = useState(false);
  const title = bookTitle(book);
  const remove = async () => {
    if (!(await attempt('The file could not be deleted', () => deleteBookFile(book.id)))) return;
    notify('done', `Deleting ${title}.`);
    done?.();
    expectWork();
    booksChanged();
  };
  return (
    <>
      <button
        type="button"
        class={`button button-danger ${small ? 'button-small' : ''}`}
        aria-label={`Delete the file of ${title}`}
        onClick={() => setAsking(true)}
      >
        Delete file…
      </button>
      {asking && (
        <ConfirmDialog title="Delete this file?" confirm="Delete file" act={remove} close={() => setAsking(false)}>
          <p>
            <span class="file-name">{book.url}</span> ({book.size}) is deleted from the disk. This cannot be taken back.
          </p>
          {book.readProgress !== null && <p>You have read in it: {readText(book).toLowerCase()}.</p>}
        </ConfirmDialog>
      )}
    </>
  );
}
