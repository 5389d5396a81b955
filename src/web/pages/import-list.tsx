import { useState } from 'preact/hooks';
import type { ListMatch } from '../api/file-types';
import { createReadList, matchList } from '../api/read-lists';
import { Field, SelectField } from '../parts/field';
import { counted } from '../parts/format';
import { useSubmission } from '../parts/submission';
import { paths } from '../routes';
import { booksChanged } from '../state/live';
import { navigate } from '../state/navigation';
import { notify } from '../state/notices';
import { FormProblem } from './entrance';
import { bookIdsOf, candidatesOf, chosenIn, wantedText } from './list-choice';

/** A reading list of ComicRack becomes a read list of the books that are there. */
export function ImportList() {
  const [match, setMatch] = useState<ListMatch | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const { busy, problem, submit } = useSubmission(async () => {
    setMatch(null);
    if (file !== null) setMatch(await matchList(file));
  });
  return (
    <>
      <form class="form" onSubmit={submit} aria-label="Reading list">
        <p class="soft">
          A reading list of ComicRack (CBL) names books by series and number. Those that you have become a read list, in
          its order.
        </p>
        <input
          class="file-input"
          type="file"
          aria-label="Reading list (CBL)"
          accept=".cbl,.xml,text/xml,application/xml"
          required
          onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
        />
        <FormProblem text={problem} />
        <button type="submit" class="button button-strong" disabled={busy || file === null}>
          {busy ? 'Looking for its books…' : 'Look for its books'}
        </button>
      </form>
      {match !== null && <Matched key={match.readListMatch.name} match={match} />}
    </>
  );
}

function Matched({ match: { readListMatch, requests } }: { match: ListMatch }) {
  const [name, setName] = useState(readListMatch.name);
  const [choices, setChoices] = useState<Record<number, string>>({});
  const chosen = chosenIn(requests, choices);
  const bookIds = bookIdsOf(chosen);
  const missing = requests.filter(({ matches }) => matches.length === 0).length;
  const taken = readListMatch.errorCode !== '' && name.trim() === readListMatch.name;
  const { busy, problem, submit } = useSubmission(async () => {
    const list = await createReadList(name.trim(), bookIds);
    booksChanged();
    notify('done', `The read list ${list.name} is made.`);
    navigate(paths.readList(list.id));
  });
  return (
    <form class="form matched" onSubmit={submit} aria-label="What was found">
      <h2 class="section-title">
        {requests.length - missing} of {counted(requests.length, 'book')} found
      </h2>
      <ol class="matched-list">
        {requests.map((request, place) => (
          <li key={place}>
            <Wanted
              label={`${place + 1}. ${wantedText(request)}`}
              options={candidatesOf(request)}
              value={chosen[place] ?? ''}
              change={(id) => setChoices({ ...choices, [place]: id })}
            />
          </li>
        ))}
      </ol>
      <Field
        label="Name of the read list"
        value={name}
        change={setName}
        required
        {...(taken && { hint: 'There is a read list of this name already: choose another.' })}
      />
      <FormProblem text={problem} />
      <div class="actions save-bar">
        <button
          type="submit"
          class="button button-strong"
          disabled={busy || taken || bookIds.length === 0 || name.trim() === ''}
        >
          {busy ? 'Making…' : `Make a list of ${counted(bookIds.length, 'book')}`}
        </button>
      </div>
    </form>
  );
}

interface WantedProps {
  label: string;
  options: [string, string][];
  value: string;
  change: (id: string) => void;
}

function Wanted({ label, options, value, change }: WantedProps) {
  if (options.length === 0)
    return (
      <p class="field">
        <strong>{label}</strong>
        <span class="problem">Not in your libraries</span>
      </p>
    );
  return <SelectField {...{ label, value, change }} options={[...options, ['', 'Leave it out']]} />;
}
