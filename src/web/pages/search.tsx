import type { ComponentChildren } from 'preact';
import { findBooks } from '../api/books';
import { findSeries } from '../api/series';
import { BookCard, SeriesCard } from '../parts/cards';
import { Endless } from '../parts/endless';
import { counted } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Empty, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { amendQuery } from '../state/navigation';
import { useSlices, type Sliced } from '../state/use-slices';
import { LiveSearch } from './live-search';

const sliceSize = 30;

/** Series and books of all libraries by their titles. */
export function SearchPage({ query }: { query: string }) {
  return (
    <>
      <header class="page-head">
        <PageTitle title="Search" />
      </header>
      <div class="filters">
        <LiveSearch
          label="Search series and books"
          text={query}
          change={(text) => amendQuery(paths.search(text))}
          focus
        />
      </div>
      {query === '' ? (
        <Empty title="What are you looking for?">
          <p class="soft">Type a part of a title. Series and books of all your libraries are searched.</p>
        </Empty>
      ) : (
        <Results query={query} />
      )}
    </>
  );
}

function Results({ query }: { query: string }) {
  const paging = (page: number) => ({ page, size: sliceSize, sort: 'relevance,asc' });
  const series = useSlices(`search series ${query}`, (page, signal) =>
    findSeries({ text: query }, paging(page), signal),
  );
  const books = useSlices(`search books ${query}`, (page, signal) => findBooks({ text: query }, paging(page), signal));
  const nothing = series.last && books.last && series.items.length + books.items.length === 0;
  const problem = series.problem ?? books.problem;
  if (problem !== undefined) {
    return <LoadProblem problem={problem} retry={() => (series.reload(), books.reload())} />;
  }
  if (nothing) {
    return (
      <Empty title={`Nothing found for “${query}”`}>
        <p class="soft">Try fewer letters, or another spelling of the title.</p>
      </Empty>
    );
  }
  return (
    <>
      <p class="unseen" role="status">
        {series.loading || books.loading
          ? 'Searching…'
          : `${counted(series.total, 'series', 'series')}, ${counted(books.total, 'book')}`}
      </p>
      <Found title="Series" list={series} card={(item) => <SeriesCard series={item} />}>
        {!series.last && (
          <button type="button" class="button" disabled={series.loading} onClick={series.more}>
            More series
          </button>
        )}
      </Found>
      <Found title="Books" list={books} card={(item) => <BookCard book={item} />} />
      <Endless more={books.more} done={books.last} loading={books.loading} />
    </>
  );
}

interface FoundProps<T> {
  title: string;
  list: Sliced<T>;
  card: (item: T) => ComponentChildren;
  children?: ComponentChildren;
}

function Found<T extends { id: string }>({ title, list, card, children }: FoundProps<T>) {
  if (list.items.length === 0) return null;
  return (
    <section aria-label={`${title} found`}>
      <h2 class="section-title">
        {title} <span class="count">{list.total}</span>
      </h2>
      <ul class="grid">
        {list.items.map((item) => (
          <li key={item.id}>{card(item)}</li>
        ))}
      </ul>
      {children}
    </section>
  );
}
