// Makes the database cluster that the container image carries, from the build: `node scripts/make-template.mjs [folder]`.
// initdb refuses a user without a name (`docker run --user 1234`); the server does not, given a cluster to copy.
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import embedded from '../dist/src/db/embedded.js';
import log from '../dist/src/base/log.js';

const target = process.argv[2] ?? embedded.defaultTemplate;
const dataDir = mkdtempSync(path.join(tmpdir(), 'kiremisu-template-'));

const server = await embedded.startEmbedded({ dataDir, log: log.createLog('warn') });
await server.stop();
rmSync(target, { recursive: true, force: true });
cpSync(path.join(dataDir, 'postgres', '17'), target, { recursive: true });
rmSync(dataDir, { recursive: true });

// every user may copy it; its copy is private
chmodSync(target, 0o755);
for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
  chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}
console.log(`Template cluster in ${target}`);
