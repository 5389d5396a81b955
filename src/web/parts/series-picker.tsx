import { useState } from 'preact/hooks';
import { findSeries } from '../api/series';
import type { Series } from '../api/types';
import type { PickedSeries } from '../pages/import-plan';
import { LiveSearch } from '../pages/live-search';
import { useLoad } from '../state/use-load';
import { LoadProblem } from './states';

export const pickedOf = ({ id, metadata }: Series): PickedSeries => ({ id, title: metadata.title });

type Pick = (series: PickedSeries) => void;

/** Looks for one series of all libraries by its title. */
export function SeriesPicker({ pick }: { pick: Pick }) {
  const [text, setText] = useState('');
  return (
    <div class="picker">
      <LiveSearch label="Look for its series" text={text} change={setText} />
      {text !== '' && <Found text={text} pick={pick} />}
    </div>
  );
}

function Found({ text, pick }: { text: string; pick: Pick }) {
  const { value, problem, reload } = useLoad(`pick ${text}`, (signal) =>
    findSeries({ text }, { size: 6, sort: 'relevance,asc' }, signal),
  );
  if (problem !== undefined) return <LoadProblem problem={problem} retry={reload} />;
  if (value?.content.length === 0) return <p class="soft">No series has this in its title.</p>;
  return (
    <ul class="folders">
      {value?.content.map((series) => (
        <li key={series.id}>
          <button type="button" onClick={() => pick(pickedOf(series))}>
            {series.metadata.title}
          </button>
        </li>
      ))}
    </ul>
  );
}
