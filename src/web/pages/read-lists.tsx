import { findReadLists } from '../api/read-lists';
import { Endless } from '../parts/endless';
import { counted } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Empty, Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { useSlices } from '../state/use-slices';

/** All read lists by name. */
export function ReadListsPage() {
  const list = useSlices('read lists', (page, signal) => findReadLists(page, 100, signal));
  return (
    <>
      <header class="page-head">
        <PageTitle title="Read lists" />
      </header>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading />}
      {list.last && list.items.length === 0 && (
        <Empty title="No read lists yet">
          <p class="soft">
            They come from the story arcs of ComicInfo.xml, from reading lists that are imported, and from apps.
          </p>
        </Empty>
      )}
      <ul class="file-list">
        {list.items.map(({ id, name, bookIds }) => (
          <li key={id}>
            <a class="file-list-title" href={hrefOf(paths.readList(id))}>
              {name}
            </a>
            <span class="soft">{counted(bookIds.length, 'book')}</span>
          </li>
        ))}
      </ul>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </>
  );
}
