import { findLibraries, scanLibrary } from '../api/libraries';
import type { Library } from '../api/types';
import { expectWork } from './live';
import { attempt, notify } from './notices';
import { createStore } from './store';

/** The libraries in the navigation; null until they are known. */
export const libraries = createStore<Library[] | null>(null);

export async function reloadLibraries(): Promise<void> {
  await attempt('The libraries could not be loaded', async () => libraries.set(await findLibraries()));
}

/** Looks for new and changed files in these libraries. */
export async function scan(targets: Library[]): Promise<void> {
  const started = await attempt('The scan could not be started', () =>
    Promise.all(targets.map(({ id }) => scanLibrary(id))),
  );
  if (started) notify('done', targets.length === 1 ? `Scanning ${targets[0]?.name}.` : 'Scanning all libraries.');
  expectWork();
}
