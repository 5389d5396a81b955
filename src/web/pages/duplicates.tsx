import { PageTitle } from '../parts/page-title';
import { Tabs } from '../parts/tabs';
import { paths, type DuplicatesPart } from '../routes';
import { DecidedPages } from './decided-pages';
import { RepeatedPages } from './repeated-pages';
import { Twins } from './twins';

const tabs = (['books', 'pages', 'decided'] as const).map((part): [string, string] => [
  paths.duplicates(part),
  { books: 'Books', pages: 'Pages', decided: 'Decided' }[part],
]);

/** Files that are there more than once, and pages that many books have in common. */
export function DuplicatesPage({ part }: { part: DuplicatesPart }) {
  return (
    <>
      <header class="page-head">
        <PageTitle title="Duplicates" />
        <Tabs label="Duplicates" tabs={tabs} current={paths.duplicates(part)} />
      </header>
      {part === 'books' && <Twins />}
      {part === 'pages' && <RepeatedPages />}
      {part === 'decided' && <DecidedPages />}
    </>
  );
}
