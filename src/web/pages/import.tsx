import { PageTitle } from '../parts/page-title';
import { Tabs } from '../parts/tabs';
import { paths, type ImportPart } from '../routes';
import { ImportFiles } from './import-files';
import { ImportList } from './import-list';

const tabs: [string, string][] = [
  [paths.import('files'), 'Files'],
  [paths.import('list'), 'Reading list'],
];

/** What comes from outside: files that become books, and reading lists of another program. */
export function ImportPage({ part }: { part: ImportPart }) {
  return (
    <div class="import">
      <header class="page-head">
        <PageTitle title="Import" />
        <Tabs label="Import" tabs={tabs} current={paths.import(part)} />
      </header>
      {part === 'files' ? <ImportFiles /> : <ImportList />}
    </div>
  );
}
