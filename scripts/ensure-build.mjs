// Builds the server and the web UI when there is no build or a source is newer: `npm ci && npm start` is all it takes.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const sources = [
  'src',
  'migrations',
  'seeds',
  'knexfile.ts',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const results = ['dist/src/main.js', 'dist/web/index.html'];
// the compiler leaves files alone whose content stays, so their times say nothing
const stamp = 'dist/.built';

const timeOf = (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(file) {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path.join(root, file)).map((name) => newest(path.join(file, name))));
}

const built = Math.min(...[stamp, ...results].map(timeOf)) === 0 ? 0 : timeOf(stamp);
if (built === 0 || Math.max(...sources.map(newest)) > built) {
  console.log('Building KireMisu (only when the sources changed) …');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const run = spawnSync(command, [...args, 'run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) process.exit(run.status ?? 1);
  writeFileSync(path.join(root, stamp), '');
}
