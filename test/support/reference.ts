import { existsSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(process.env['REFERENCE_DIR'] ?? path.join(__dirname, '../../../shared'));

/** The folder of reference texts and the corpus, which is no part of the project; null when it is not here. */
export const referenceDir: string | null = existsSync(folder) ? folder : null;

/** A `describe` whose tests need the reference folder: skipped without it, failed where CI demands it (REQUIRE_REFERENCE=1). */
export function describeWithReference(name: string, tests: (directory: string) => void): void {
  const directory = referenceDir;
  if (directory !== null) {
    describe(name, () => tests(directory));
    return;
  }
  if (process.env['REQUIRE_REFERENCE'] === '1') {
    test(`${name}: needs the reference folder`, () => {
      throw new Error('REQUIRE_REFERENCE=1, but the reference folder (REFERENCE_DIR) does not exist');
    });
    return;
  }
  // Jest runs the body of a skipped `describe`, and this one would look for files that are not there.
  describe.skip(`${name} (skipped: no reference folder, see REFERENCE_DIR)`, () => {
    test('needs the reference folder', () => undefined);
  });
}
