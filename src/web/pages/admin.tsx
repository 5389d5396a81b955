import type { Route } from '../routes';
import { ActivityPage } from './activity';
import { DuplicatesPage } from './duplicates';
import { EditPage } from './edit';
import { HistoryPage } from './history';
import { ImportPage } from './import';
import { LibrarySettingsPage } from './library-settings';
import { NotFound } from './not-found';
import { ReviewPage } from './review';
import { TrashPage } from './trash';

/** The pages of an administrator. */
export function AdminPage({ route }: { route: Route }) {
  if (route.page === 'review') return <ReviewPage />;
  if (route.page === 'activity') return <ActivityPage />;
  if (route.page === 'library-settings') return <LibrarySettingsPage key={route.id} id={route.id} />;
  if (route.page === 'duplicates') return <DuplicatesPage part={route.part} />;
  if (route.page === 'history') return <HistoryPage />;
  if (route.page === 'import') return <ImportPage key={route.part} part={route.part} />;
  if (route.page === 'edit') return <EditPage key={route.id} kind={route.kind} id={route.id} />;
  if (route.page === 'trash') return <TrashPage key={route.id} id={route.id} />;
  return <NotFound />;
}
