import type { Series } from '../api/types';
import { Dialog } from '../parts/dialog';
import { directionOf, type Direction, type DirectionChoice } from './direction';
import { fits, type Fit } from './fit';
import { keyHelp } from './keys';
import type { Settings } from './use-settings';

export function HelpOverlay({ direction, close }: { direction: Direction; close: () => void }) {
  return (
    <Dialog title="Reading" close={close}>
      <dl class="keys">
        {keyHelp(direction).map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">
        On a touch screen tap the left or right side, or swipe, to turn the page; tap the middle for the controls.
      </p>
    </Dialog>
  );
}

interface SettingsProps {
  series: Series;
  settings: Settings;
  close: () => void;
}

const directionLabels: Record<Direction, string> = {
  ltr: 'Left to right',
  rtl: 'Right to left',
  vertical: 'Vertical scroll',
  webtoon: 'Webtoon (no gaps)',
};

export function SettingsOverlay({ series, settings, close }: SettingsProps) {
  const automatic = directionLabels[directionOf(series.metadata.readingDirection, 'auto')];
  const choices: [DirectionChoice, string][] = [
    ['auto', `As the series says (${automatic.toLowerCase()})`],
    ...(Object.entries(directionLabels) as [Direction, string][]),
  ];
  return (
    <Dialog title="Reader settings" close={close}>
      <Options
        legend="Page size"
        name="fit"
        options={fits.map((entry): [Fit, string] => [entry.fit, entry.label])}
        value={settings.fit}
        choose={settings.setFit}
      />
      <Options
        legend="Direction, for this series"
        name="direction"
        options={choices}
        value={settings.choice}
        choose={settings.setChoice}
      />
    </Dialog>
  );
}

interface OptionsProps<T extends string> {
  legend: string;
  name: string;
  options: [T, string][];
  value: T;
  choose: (value: T) => void;
}

function Options<T extends string>({ legend, name, options, value, choose }: OptionsProps<T>) {
  return (
    <fieldset class="options">
      <legend>{legend}</legend>
      {options.map(([option, label]) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => choose(option)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
