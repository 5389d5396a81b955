import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

/** Who runs Postgres when we are root. */
export interface Account {
  uid: number;
  gid: number;
}

const nobody: Account = { uid: 65534, gid: 65534 };

/** The system's account file, which is only read: servers with a read-only /etc are common. */
function knownAccounts(): (Account & { name: string })[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((fields) => fields.length >= 4)
      .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  } catch {
    return [];
  }
}

/**
 * Postgres refuses to run as root. Then it runs as the first owner among `folders` that is not root, else as `postgres`,
 * else as nobody. Undefined: we are not root, and Postgres runs as we do.
 */
export function accountFor(folders: string[]): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const folder of folders) {
    const owner = statSync(folder, { throwIfNoEntry: false });
    if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  }
  const postgres = knownAccounts().find(({ name }) => name === 'postgres');
  return postgres ? { uid: postgres.uid, gid: postgres.gid } : nobody;
}

/**
 * Who may run initdb, which refuses a user without a name: as root any named account can, since the files are handed over
 * afterwards. Null: nobody can (`docker run --user 1234`).
 */
export function initdbAccount(account: Account | undefined): Account | undefined | null {
  if (!account) return hasName() ? undefined : null;
  const known = knownAccounts();
  return known.find(({ uid }) => uid === account.uid) ? account : (known.find(({ uid }) => uid !== 0) ?? null);
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** The folders from the root down to `folder`, which exists, that the account may not pass through, by their mode bits. */
export function barriers(folder: string, account: Account): string[] {
  const { root } = path.parse(folder);
  const names = folder.slice(root.length).split(path.sep).filter(Boolean);
  return [root, ...names.map((_, at) => path.join(root, ...names.slice(0, at + 1)))].filter(
    (one) => !mayEnter(one, account),
  );
}

function mayEnter(folder: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
