import { findBooks } from '../api/books';
import { foundCover } from '../api/imports';
import { reasonFor } from '../api/reasons';
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
        {open && !isOver && (
          <>
            <SeriesPicker picked={series} pick={(picked) => amend({ series: picked, upgrade: null })} />
            {series !== null && <Place {...{ plan, amend, series }} />}
          </>
        )}
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

/** A new book, or the place of one: nothing is replaced unless a person says so. */
function Place({ plan, amend, series }: FileProps & { series: PickedSeries }) {
  const { value } = useLoad(`books to replace in ${series.id}`, (signal) =>
    findBooks({ seriesId: series.id }, { size: 500, sort: 'metadata.numberSort,asc' }, signal),
  );
  const books = value?.content ?? [];
  const number = numberOf(plan);
  const same = number === null ? undefined : books.find(({ metadata }) => metadata.numberSort === number);
  const options: Option[] = [
    ['', 'A new book'],
    [nothing, 'Nothing: leave it out'],
    ...books.map((book): Option => [book.id, `In the place of ${bookTitle(book)} (${book.size})`]),
  ];
  const hint =
    same !== undefined && plan.upgrade === null
      ? `${bookTitle(same)} has this number already (${same.size}).`
      : undefined;
  return (
    <div class="import-place">
      <SelectField
        label="It becomes"
        value={plan.leftOut ? nothing : (plan.upgrade ?? '')}
        options={options}
        change={(id) => amend({ leftOut: id === nothing, upgrade: id === '' || id === nothing ? null : id })}
        hint={plan.upgrade === null ? hint : 'Its file is deleted; progress, lists and metadata stay.'}
      />
      <Field label="Name of the file" value={plan.name} change={(name) => amend({ name })} spellcheck={false} />
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
