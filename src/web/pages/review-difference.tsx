import { previewTitle } from '../api/metadata';
import { LoadProblem, Loading } from '../parts/states';
import { useLoad } from '../state/use-load';
import { differenceRows, keptText } from './review-words';

/** What the match would write, beside what is there. */
export function Difference({ seriesId, externalId }: { seriesId: string; externalId: string }) {
  const { value, problem, reload } = useLoad(`preview ${seriesId} ${externalId}`, (signal) =>
    previewTitle(seriesId, externalId, signal),
  );
  if (problem !== undefined) return <LoadProblem problem={problem} retry={reload} />;
  if (value === undefined) return <Loading what="Looking what would change" />;
  const rows = differenceRows(value.changes);
  const kept = keptText(value.kept);
  return (
    <div class="difference">
      {rows.length === 0 ? (
        <p class="soft">Nothing would change.</p>
      ) : (
        <table>
          <caption class="unseen">What would change</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Now</th>
              <th scope="col">Then</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, before, after }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td data-label="Now">
                  <span class="difference-value">{before}</span>
                </td>
                <td data-label="Then">
                  <span class="difference-value">{after}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {kept !== '' && <p class="soft">Stays as it is: {kept}.</p>}
    </div>
  );
}
