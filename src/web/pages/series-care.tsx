import { useState } from 'preact/hooks';
import { deleteSeriesFiles, scanSeries } from '../api/series';
import type { Series } from '../api/types';
import { ConfirmDialog } from '../parts/confirm';
import { counted } from '../parts/format';
import { booksChanged, expectWork } from '../state/live';
import { attempt, notify } from '../state/notices';

/** What an administrator does to the folder of a series. */
export function SeriesCare({ series }: { series: Series }) {
  const [asking, setAsking] = useState(false);
  const { id, name, booksCount } = series;
  const scan = async () => {
    if (!(await attempt('The scan could not be started', () => scanSeries(id)))) return;
    notify('done', 'Looking for changes in the folder of this series.');
    expectWork();
  };
  const remove = async () => {
    if (!(await attempt('The files could not be deleted', () => deleteSeriesFiles(id)))) return;
    notify('done', `Deleting the files of ${name}.`);
    expectWork();
    booksChanged();
  };
  return (
    <section class="care" aria-label="Care">
      <div class="actions">
        <button type="button" class="button" onClick={() => void scan()}>
          Scan its folder
        </button>
        <button type="button" class="button button-danger" onClick={() => setAsking(true)}>
          Delete files…
        </button>
      </div>
      {asking && (
        <ConfirmDialog
          title={`Delete the files of ${name}?`}
          confirm="Delete files"
          act={remove}
          close={() => setAsking(false)}
        >
          <p>The files of {counted(booksCount, 'book')} are deleted from the disk. This cannot be taken back.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
