import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../jobs/support';
import { adminLogin } from './app';

const program = path.resolve('dist/src/main.js');

/** A server started as a newcomer starts it: the built program, as a process of its own. */
export interface ServerProcess {
  /** `http://localhost:PORT`, after it is ready. */
  base: string;
  child: ChildProcess;
  /** Every line of its log so far. */
  log: Record<string, unknown>[];
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** As the administrator of `adminLogin`. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  json<T>(path: string): Promise<T>;
}

export interface StartOptions {
  dataDir: string;
  folders?: string[];
  env?: Record<string, string>;
}

function spawnServer({ dataDir, folders = [], env = {} }: StartOptions): ChildProcess {
  if (!existsSync(program)) throw new Error('The server is not built: run the tests by `npm test`, which builds it');
  const { PATH, HOME, TMPDIR } = process.env;
  const admin = { ADMIN_EMAIL: adminLogin.email, ADMIN_PASSWORD: adminLogin.password };
  return spawn(process.execPath, [program, ...folders], {
    env: { PATH, HOME, TMPDIR, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', MANGADEX: 'off', ...admin, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the program to its end; for starts that must fail. */
export async function runServer(options: StartOptions): Promise<{ code: number | null; stderr: string }> {
  const child = spawnServer(options);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout?.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, stderr };
}

const basic = `Basic ${Buffer.from(`${adminLogin.email}:${adminLogin.password}`).toString('base64')}`;

/** Starts the program and waits until it takes requests and its workers run. */
export async function startServer(options: StartOptions): Promise<ServerProcess> {
  const child = spawnServer(options);
  const log: Record<string, unknown>[] = [];
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  lines.on('line', (line) => log.push(JSON.parse(line) as Record<string, unknown>));
  const ready = () => {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${stderr}`);
    return log.find(({ msg }) => msg === 'ready');
  };
  await until('the server listens', () => ready() !== undefined, 60_000);
  const base = String(ready()?.['address']).replace('localhost', '127.0.0.1');
  const get = (where: string, headers: Record<string, string> = {}) =>
    fetch(new URL(where, base), { headers: { authorization: basic, ...headers }, redirect: 'manual' });
  await until('the workers run', async () => (await fetch(`${base}/health/ready`)).ok, 60_000);
  return {
    base,
    child,
    log,
    get,
    json: async <T>(where: string) => (await (await get(where)).json()) as T,
    async stop(signal = 'SIGTERM') {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      else return child.exitCode;
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

interface OperationLine {
  kind: string;
  state: string;
}

/** Waits until the scans are done and nothing is left to analyse. */
export async function untilScanned(server: ServerProcess, books: number): Promise<void> {
  await until(
    `${books} books are ready`,
    async () => {
      const operations = await server.json<OperationLine[]>('/api/kiremisu/v1/operations');
      if (operations.length === 0 || operations.some(({ state }) => state === 'queued' || state === 'running'))
        return false;
      const { totalElements } = await server.json<{ totalElements: number }>(
        '/api/v1/books?media_status=READY&deleted=false',
      );
      return totalElements >= books;
    },
    60_000,
  );
}
