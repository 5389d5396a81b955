import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { longAgo } from './book-builders';
import { referenceDir } from './reference';

/**
 * Makes the corpus' library of seed 42 below `folder`: `library`, and `expected.json` beside it. The generator finds sharp
 * beside itself, so it runs on a copy that shares our packages.
 */
export function makeLibrary(folder: string, more: string[] = []): void {
  const corpus = path.join(referenceDir ?? '', 'corpus');
  const copy = path.join(folder, `generator${more.length}`);
  mkdirSync(copy, { recursive: true });
  cpSync(path.join(corpus, 'make-library.mjs'), path.join(copy, 'make-library.mjs'));
  // file by file: a copied folder would be as read-only as the reference, and could not be removed
  mkdirSync(path.join(copy, 'lib'));
  for (const name of readdirSync(path.join(corpus, 'lib'))) {
    cpSync(path.join(corpus, 'lib', name), path.join(copy, 'lib', name));
  }
  symlinkSync(path.resolve(__dirname, '../../node_modules'), path.join(copy, 'node_modules'));
  const options = ['--out', folder, '--seed', '42', ...more];
  execFileSync(process.execPath, [path.join(copy, 'make-library.mjs'), ...options], { stdio: 'ignore' });
  // folders that were written to a moment ago are waited for: they may still be filled
  const entries = readdirSync(path.join(folder, 'library'), { withFileTypes: true, recursive: true });
  for (const entry of entries)
    if (entry.isDirectory()) utimesSync(path.join(entry.parentPath, entry.name), longAgo, longAgo);
}
