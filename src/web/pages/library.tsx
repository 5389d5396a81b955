import type { ReadFilter } from '../api/conditions';
import { findSeries } from '../api/series';
import type { Library, User } from '../api/types';
import { SeriesCard } from '../parts/cards';
import { Endless } from '../parts/endless';
import { counted } from '../parts/format';
import { ScanIcon, TuneIcon } from '../parts/icons';
import { PageTitle } from '../parts/page-title';
import { CardGhosts, Empty, LoadProblem } from '../parts/states';
import { VanishQuestions } from '../parts/vanish-question';
import { paths } from '../routes';
import { libraries, scan } from '../state/libraries';
import { operations } from '../state/live';
import { amendQuery, hrefOf, place } from '../state/navigation';
import { isActive } from '../state/operations';
import { isAdmin } from '../state/session';
import { useStore } from '../state/store';
import { useSlices } from '../state/use-slices';
import { libraryQuery, librarySearch, sortKeys, type LibraryQuery, type LibrarySort } from './library-query';
import { LiveSearch } from './live-search';
import { NotFound } from './not-found';

const sliceSize = 50;

export function LibraryPage({ id, user }: { id: string; user: User }) {
  const known = useStore(libraries);
  const query = libraryQuery(useStore(place).search);
  const library = known?.find((candidate) => candidate.id === id);
  const list = useSlices(`library ${id} ${librarySearch(query)}`, (page, signal) =>
    findSeries(
      { libraryId: id, read: query.read, text: query.text },
      { page, size: sliceSize, sort: sortKeys(query) },
      signal,
    ),
  );
  if (known !== null && library === undefined) return <NotFound what="This library" />;
  const change = (part: Partial<LibraryQuery>) => amendQuery(paths.library(id) + librarySearch({ ...query, ...part }));
  return (
    <>
      <Heading library={library} total={list.total} admin={isAdmin(user)} />
      {isAdmin(user) && <VanishQuestions libraryId={id} />}
      {library?.unavailable && (
        <p class="remark">
          The folder of this library is not reachable at the moment. Nothing is lost; reading works again when it is
          back.
        </p>
      )}
      <Filters query={query} change={change} />
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      <ul class="grid" aria-label="Series" aria-busy={list.loading}>
        {list.items.map((series, index) => (
          <li key={series.id}>
            <SeriesCard series={series} eager={index < 12} />
          </li>
        ))}
        {list.next === 0 && list.loading && <CardGhosts count={18} />}
      </ul>
      {list.last && list.items.length === 0 && (
        <NothingHere query={query} reset={() => change({ text: '', read: 'all' })} />
      )}
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </>
  );
}

function Heading({ library, total, admin }: { library: Library | undefined; total: number; admin: boolean }) {
  const name = library?.name ?? 'Library';
  return (
    <header class="page-head">
      <PageTitle title={name}>
        {name}
        {total > 0 && <span class="count">{counted(total, 'series', 'series')}</span>}
      </PageTitle>
      {admin && library !== undefined && (
        <div class="actions">
          <button type="button" class="button button-small" onClick={() => void scan([library])}>
            <ScanIcon />
            Scan
          </button>
          <a class="button button-small" href={hrefOf(paths.librarySettings(library.id))}>
            <TuneIcon />
            Settings
          </a>
        </div>
      )}
    </header>
  );
}

const sortLabels: [LibrarySort, string][] = [
  ['title', 'Title'],
  ['added', 'Newest first'],
  ['updated', 'Recently updated'],
];
const readLabels: [ReadFilter, string][] = [
  ['all', 'All'],
  ['unread', 'Unread'],
  ['reading', 'Reading'],
  ['read', 'Read'],
];

function Filters({ query, change }: { query: LibraryQuery; change: (part: Partial<LibraryQuery>) => void }) {
  return (
    <div class="filters" role="group" aria-label="Filter and sort">
      <LiveSearch label="Search in this library" text={query.text} change={(text) => change({ text })} />
      <div class="choices" role="group" aria-label="Read status">
        {readLabels.map(([value, label]) => (
          <button key={value} type="button" aria-pressed={query.read === value} onClick={() => change({ read: value })}>
            {label}
          </button>
        ))}
      </div>
      <label class="select">
        <span>Sort by</span>
        <select value={query.sort} onChange={(event) => change({ sort: event.currentTarget.value as LibrarySort })}>
          {sortLabels.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function NothingHere({ query, reset }: { query: LibraryQuery; reset: () => void }) {
  const busy = useStore(operations).some(isActive);
  if (query.text === '' && query.read === 'all') {
    return (
      <Empty title={busy ? 'Looking for your books' : 'No series here yet'}>
        <p class="soft">
          {busy
            ? 'Covers appear here as they are found.'
            : 'Put files into folders of this library, one folder for each series, and scan it.'}
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing matches">
      <p class="soft">No series in this library fits what you are looking for.</p>
      <button type="button" class="button" onClick={reset}>
        Show everything
      </button>
    </Empty>
  );
}
