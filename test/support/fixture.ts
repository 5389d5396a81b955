import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The feeds we promise. Kept as text, so that a change of what apps receive is seen in the diff. */
export const fixtureFolder = path.resolve(__dirname, '../../opds-fixtures');

/**
 * The promised text of a document. With `UPDATE_FIXTURES=1` (`UPDATE_FIXTURES=1 npm test -- test/unit/opds`) it is written anew
 * from what is built now; read the diff before committing it.
 */
export function promised(name: string, built: string): string {
  const file = path.join(fixtureFolder, name);
  if (process.env['UPDATE_FIXTURES'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, built);
  }
  return readFileSync(file, 'utf8');
}
