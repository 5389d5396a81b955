import type { HttpDeps } from '../deps';
import type { Route } from '../route';
import { actuatorRoutes } from './actuator';
import { bookRoutes } from './books';
import { clientSettingsRoutes } from './client-settings';
import { collectionRoutes } from './collections';
import { eventRoutes } from './events';
import { deletionRoutes } from './deletions';
import { fileRoutes } from './files';
import { fontRoutes } from './fonts';
import { importRoutes } from './imports';
import { libraryRoutes } from './libraries';
import { manifestRoutes } from './manifests';
import { mihonRoutes } from './mihon';
import { pageHashRoutes } from './page-hashes';
import { pageRoutes } from './pages';
import { progressionRoutes } from './progression';
import { readListRoutes } from './read-lists';
import { referentialRoutes } from './referential';
import { oldReferentialRoutes } from './referential-v1';
import { seriesRoutes } from './series';
import { posterRoutes } from './posters';
import { serverRoutes } from './server';
import { sessionRoutes } from './session';
import { settingsRoutes } from './settings';
import { userRoutes } from './users';

/** Komga's operations, one file a tag of its document. */
export function komgaRoutes(deps: HttpDeps): Route[] {
  return [
    ...sessionRoutes(deps),
    ...userRoutes(deps),
    ...pageRoutes(deps),
    ...fileRoutes(deps),
    ...deletionRoutes(deps),
    ...importRoutes(deps),
    ...posterRoutes(deps),
    ...libraryRoutes(deps),
    ...seriesRoutes(deps),
    ...bookRoutes(deps),
    ...collectionRoutes(deps),
    ...readListRoutes(deps),
    ...mihonRoutes(deps),
    ...manifestRoutes(deps),
    ...progressionRoutes(deps),
    ...referentialRoutes(deps),
    ...oldReferentialRoutes(deps),
    ...settingsRoutes(deps),
    ...clientSettingsRoutes(deps),
    ...fontRoutes(deps),
    ...serverRoutes(deps),
    ...eventRoutes(deps),
    ...actuatorRoutes(deps),
    ...pageHashRoutes(deps),
  ];
}
