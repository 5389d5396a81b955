import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { runningServer } from '../../src/db/embedded-postmaster';
import { ask, clusterOf, serverPid, until, useServers } from '../support/embedded';

const servers = useServers();

const writeMark = (url: string) => ask(url, 'create table mark as select 42 as answer');
const readMark = (url: string) => ask(url, 'select answer from mark');
const mark = [{ answer: 42 }];

describe('a data directory', () => {
  test('gets a database at the first start, and keeps it until the next', async () => {
    const dataDir = path.join(servers.openFolder(), 'not', 'there', 'yet');
    const first = await servers.start({ dataDir, template: '' });
    await writeMark(first.url);
    await first.stop();
    const second = await servers.start({ dataDir, template: '' });
    await expect(readMark(second.url)).resolves.toEqual(mark);
  });

  test('may have any name', async () => {
    const dataDir = path.join(servers.openFolder(), `Ünïcode, "quotes" and 'spaces'`);
    const embedded = await servers.start({ dataDir });
    await expect(ask(embedded.url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  test('may have a path that is too long for a socket', async () => {
    const dataDir = path.join(servers.openFolder(), 'long'.repeat(30));
    const embedded = await servers.start({ dataDir });
    await expect(ask(embedded.url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    const socketFolder = new URL(embedded.url).searchParams.get('host') ?? '';
    expect(path.dirname(socketFolder)).toBe(tmpdir());
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
    await embedded.stop();
    rmSync(socketFolder, { recursive: true });
  });

  test('serves one program at a time', async () => {
    const dataDir = servers.folder();
    const first = await servers.start({ dataDir });
    const second = await servers.own({ dataDir });
    expect(second.refused).toMatch(
      new RegExp(`^Another KireMisu \\(process ${process.pid} on .*\\) uses this DATA_DIR`),
    );
    await expect(ask(first.url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  test('serves one of two that start at the same moment', async () => {
    const dataDir = servers.folder();
    const both = await Promise.all([servers.own({ dataDir, template: '' }), servers.own({ dataDir, template: '' })]);
    expect(both.filter(({ url }) => url)).toHaveLength(1);
    expect(both.find(({ refused }) => refused)?.refused).toMatch(/^Another KireMisu/);
  });
});

describe('a server', () => {
  test('lives outside our process group, so that Ctrl-C does not reach it', async () => {
    const dataDir = servers.folder();
    await servers.start({ dataDir });
    const groupOf = (pid: number) =>
      execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    expect(groupOf(serverPid(dataDir))).not.toBe(groupOf(process.pid));
  });

  test('is left alone by an owner that has stopped it before', async () => {
    const dataDir = servers.folder();
    const former = await servers.start({ dataDir });
    await former.stop();
    await servers.start({ dataDir });
    const pid = serverPid(dataDir);
    await former.stop();
    expect(serverPid(dataDir)).toBe(pid);
  });

  test('that is just being brought back is stopped as well', async () => {
    const dataDir = servers.folder();
    const embedded = await servers.start({ dataDir });
    process.kill(serverPid(dataDir), 'SIGKILL');
    await until('the server is gone', () => !runningServer(clusterOf(dataDir)));
    await embedded.stop();
    // also none so young that it has no lock file yet; children of the killed one need a moment, and pgrep fails without any
    await until('no process of it is left', () => {
      expect(() => execFileSync('pgrep', ['-f', `kiremisu.folder=${clusterOf(dataDir)}`])).toThrow();
      return true;
    });
  });

  test('stops although clients are connected', async () => {
    const dataDir = servers.folder();
    const embedded = await servers.start({ dataDir });
    const client = new Client(embedded.url);
    client.on('error', () => undefined);
    await client.connect();
    const begin = performance.now();
    await embedded.stop();
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(runningServer(clusterOf(dataDir))).toBeUndefined();
  });

  test('that is killed comes back by itself with what was committed', async () => {
    const dataDir = servers.folder();
    const embedded = await servers.start({ dataDir, fsync: true });
    await writeMark(embedded.url);
    process.kill(serverPid(dataDir), 'SIGKILL');
    await expect(until('the server is back', () => readMark(embedded.url))).resolves.toEqual(mark);
  });

  test('is taken over, still running, when its owner was killed', async () => {
    const dataDir = servers.folder();
    const owner = await servers.own({ dataDir });
    await writeMark(owner.url ?? '');
    const pid = serverPid(dataDir);
    owner.child.kill('SIGKILL');
    await once(owner.child, 'exit');
    const embedded = await servers.start({ dataDir });
    expect(serverPid(dataDir)).toBe(pid);
    await expect(readMark(embedded.url)).resolves.toEqual(mark);
    await embedded.stop();
    expect(runningServer(clusterOf(dataDir))).toBeUndefined();
  });

  test('that was taken over comes back by itself as well', async () => {
    const dataDir = servers.folder();
    const owner = await servers.own({ dataDir, fsync: true });
    await writeMark(owner.url ?? '');
    owner.child.kill('SIGKILL');
    const embedded = await servers.start({ dataDir, fsync: true });
    process.kill(serverPid(dataDir), 'SIGKILL');
    await expect(until('the server is back', () => readMark(embedded.url))).resolves.toEqual(mark);
  });

  test('recovers when it was killed together with its owner', async () => {
    const dataDir = servers.folder();
    const owner = await servers.own({ dataDir, fsync: true });
    await writeMark(owner.url ?? '');
    owner.child.kill('SIGKILL');
    process.kill(serverPid(dataDir), 'SIGKILL');
    const embedded = await servers.start({ dataDir, fsync: true });
    await expect(readMark(embedded.url)).resolves.toEqual(mark);
  });

  test('stops when its owner ends without stopping it', async () => {
    const dataDir = servers.folder();
    const owner = await servers.own({ dataDir });
    owner.child.stdin?.write('exit');
    await once(owner.child, 'exit');
    await until('the server is gone', () => !runningServer(clusterOf(dataDir)));
  });
});

describe('the lock file of a dead server', () => {
  test.each([
    ['whose number another process has', 'echo $$; exec sleep 600'],
    // the shell's child ends, and sleep does not ask for it
    ['that is a zombie', '(exit 0) & echo $!; exec sleep 600'],
  ])('%s does not keep a new one from starting', async (_, script) => {
    const dataDir = servers.folder();
    const embedded = await servers.start({ dataDir });
    await writeMark(embedded.url);
    const lockFile = path.join(clusterOf(dataDir), 'postmaster.pid');
    const [, ...rest] = readFileSync(lockFile, 'utf8').split('\n');
    await embedded.stop();

    // as the account of Postgres, which could not signal, and so would not fear, a process of anybody else
    const { uid, gid } = statSync(clusterOf(dataDir));
    const other = spawn('sh', ['-c', script], { uid, gid, cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] });
    const [pid] = (await once(createInterface(other.stdout), 'line')) as [string];
    writeFileSync(lockFile, [pid, ...rest].join('\n'));
    for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock'])
      writeFileSync(path.join(clusterOf(dataDir), name), `${pid}\n`);

    const again = await servers.start({ dataDir });
    await expect(readMark(again.url)).resolves.toEqual(mark);
    other.kill('SIGKILL');
  });
});

describe('a start that cannot succeed says in one sentence why', () => {
  test('when the programs do not run here', async () => {
    const native = path.join(servers.folder(), 'native');
    mkdirSync(native);
    writeFileSync(path.join(native, '../package.json'), '{"version":"17"}');
    await expect(servers.start({ dataDir: servers.folder(), native })).rejects.toThrow(
      /^The bundled Postgres does not run here .*set DATABASE_URL/,
    );
  });

  test('when the data directory is a file', async () => {
    const dataDir = path.join(servers.folder(), 'file');
    writeFileSync(dataDir, '');
    await expect(servers.start({ dataDir })).rejects.toThrow(/file.*set DATABASE_URL/);
  });

  test('when the cluster is damaged, with the words of Postgres', async () => {
    const dataDir = servers.folder();
    await (await servers.start({ dataDir })).stop();
    rmSync(path.join(clusterOf(dataDir), 'global/pg_control'));
    await expect(servers.start({ dataDir })).rejects.toThrow(
      /^The bundled Postgres does not start .*postgres\.log.*DATABASE_URL/,
    );
  });
});
