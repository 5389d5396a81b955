import { useEffect, useRef, useState } from 'preact/hooks';
import { findBooks } from '../api/books';
import { foundCover } from '../api/imports';
import { reasonFor } from '../api/reasons';
import type { Book } from '../api/types';
import { Cover } from '../parts/cover';
import { Field, SelectField } from '../parts/field';
import { bookTitle, counted, type Option } from '../parts/format';
import { SeriesPicker } from '../parts/series-picker';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { useLoad } from '../state/use-load';
import { numberOf, type PickedSeries, type Plan } from './import-plan';

interface FileProps {
  plan: Plan;
  amend: (part: Partial<Plan>) => void;
}

/** One file: what it is, which series it goes to, and whether it takes the place of a book. */
export function ImportFile({ plan, amend }: FileProps) {
  const { file, series, outcome } = plan;
  const [picked, setPicked] = useState(false);
  const open = file.status === 'READY';
  const isOver = outcome === 'waiting' || outcome?.success === true;
  return (
    <li class="job import-file">
      <span class="book-row-art">
        {open ? <Cover address={foundCover(file.id)} title="" /> : <span class="cover" />}
      </span>
      <div class="import-text">
        <p class="file-name">{file.url}</p>
        <p class={open || file.status === 'UNKNOWN' ? 'soft' : 'problem'}>{stateText(plan)}</p>
        {open && !isOver && series === null && (
          <SeriesPicker
            pick={(series) => {
              setPicked(true);
              amend({ series, upgrade: null });
            }}
          />
        )}
        {open && !isOver && series !== null && <Target {...{ plan, amend, series }} focus={picked} />}
        <Outcome outcome={outcome} />
      </div>
    </li>
  );
}

function stateText({ file }: Plan): string {
  if (file.status === 'UNKNOWN') return `${file.size} · being opened…`;
  if (file.status === 'READY') return `${file.size} · ${counted(file.pages.length, 'page')}`;
  if (file.status === 'SLOW') return 'It takes too long to open.';
  return reasonFor(file.comment) ?? 'The file could not be read.';
}

const nothing = '-';

interface TargetProps extends FileProps {
  series: PickedSeries;
  /** A person has just picked the series: the focus goes on from there. */
  focus: boolean;
}

/** Where it goes, in a line; what of it can be changed unfolds below. */
function Target({ plan, amend, series, focus }: TargetProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus) button.current?.focus();
  }, []);
  const [open, setOpen] = useState(false);
  const { value } = useLoad(`books to replace in ${series.id}`, (signal) =>
    findBooks({ seriesId: series.id }, { size: 500, sort: 'metadata.numberSort,asc' }, signal),
  );
  const books = value?.content ?? [];
  const number = numberOf(plan);
  const same = number === null ? undefined : books.find(({ metadata }) => metadata.numberSort === number);
  const replaced = books.find(({ id }) => id === plan.upgrade);
  return (
    <>
      <p class="picked">
        <span>
          {plan.leftOut ? (
            'Left out'
          ) : (
            <>
              <strong>{series.title}</strong>
              {replaced === undefined ? ' · a new book' : ` · in the place of ${bookTitle(replaced)}`}
              {replaced === undefined && same !== undefined && (
                <span class="problem">{` · ${bookTitle(same)} has this number already (${same.size})`}</span>
              )}
            </>
          )}
        </span>
        <button ref={button} type="button" class="text-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Done' : 'Change'}
        </button>
      </p>
      {open && <Choices {...{ plan, amend, books }} />}
    </>
  );
}

/** Nothing is replaced unless a person says so. */
function Choices({ plan, amend, books }: FileProps & { books: Book[] }) {
  const options: Option[] = [
    ['', 'A new book'],
    [nothing, 'Nothing: leave it out'],
    ...books.map((book): Option => [book.id, `In the place of ${bookTitle(book)} (${book.size})`]),
  ];
  return (
    <div class="import-place">
      <SelectField
        label="It becomes"
        value={plan.leftOut ? nothing : (plan.upgrade ?? '')}
        options={options}
        change={(id) => amend({ leftOut: id === nothing, upgrade: id === '' || id === nothing ? null : id })}
        hint={plan.upgrade === null ? undefined : 'Its file is deleted; progress, lists and metadata stay.'}
      />
      <Field label="Name of the file" value={plan.name} change={(name) => amend({ name })} spellcheck={false} />
      <button type="button" class="text-button" onClick={() => amend({ series: null, upgrade: null, leftOut: false })}>
        Another series
      </button>
    </div>
  );
}

function Outcome({ outcome }: Pick<Plan, 'outcome'>) {
  if (outcome === null) return null;
  if (outcome === 'waiting') return <p role="status">Being imported…</p>;
  if (!outcome.success)
    return (
      <p class="problem" role="alert">
        Not imported. {reasonFor(outcome.message ?? '')}
      </p>
    );
  return (
    <p role="status">
      Imported. {outcome.bookId !== null && <a href={hrefOf(paths.bookDetails(outcome.bookId))}>Show the book</a>}
    </p>
  );
}
