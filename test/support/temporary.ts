import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for the tests of a file, removed when they are done. */
export function temporaryFolder(): { readonly path: string } {
  const folder = { path: '' };
  beforeAll(async () => {
    folder.path = await mkdtemp(path.join(tmpdir(), 'kiremisu-files-'));
  });
  afterAll(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
