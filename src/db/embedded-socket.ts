import { createHash } from 'node:crypto';
import { chownSync, chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { barriers, type Account } from './embedded-account';
import { StartFailure } from './start-failure';

const socketName = '.s.PGSQL.5432';
/** `sun_path` holds 108 bytes on Linux, 104 on macOS, with the final zero. */
const longestPath = process.platform === 'linux' ? 107 : 103;

/** The folder of the server's socket: the cluster's own, or a short private one where that cannot hold a socket. */
export async function socketFolderFor(cluster: string, account: Account | undefined): Promise<string> {
  if (fits(cluster) && (await holdsSockets(cluster))) return cluster;
  const name = `kiremisu-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`;
  const parent = [tmpdir(), '/tmp'].find(
    (one) => fits(path.join(one, name)) && (!account || barriers(one, account).length === 0),
  );
  if (!parent)
    throw new StartFailure(
      `The path of DATA_DIR is too long for a database socket: choose a shorter one, or set DATABASE_URL`,
    );
  return privateFolder(path.join(parent, name), account);
}

const fits = (folder: string) => Buffer.byteLength(path.join(folder, socketName)) <= longestPath;

/** Some shares and the folders that desktop containers get from their host take files but no sockets. */
function holdsSockets(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(path.join(folder, `.p${process.pid}`), () => probe.close(() => resolve(true)));
  });
}

/** Below a folder that everybody may write to: refuses one that somebody else has put there. */
function privateFolder(folder: string, account: Account | undefined): string {
  const uid = account?.uid ?? process.getuid?.();
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (account) chownSync(folder, account.uid, account.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid) {
    throw new StartFailure(`${folder} belongs to somebody else: remove it, or choose a DATA_DIR with a shorter path`);
  }
  chmodSync(folder, 0o700);
  return folder;
}
