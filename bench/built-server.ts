import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { usageOf, type Usage } from './usage';

const root = path.resolve(__dirname, '..');
export const login = { email: 'bench@example.org', password: 'not a secret' };
const basic = `Basic ${Buffer.from(`${login.email}:${login.password}`).toString('base64')}`;

/** The program that users run, with its database and its worker, as a process of its own. */
export interface BuiltServer {
  port: number;
  pid: number;
  /** Of the process that answers, without worker and database. */
  usage(): Usage;
  json<T>(address: string): Promise<T>;
  /** Header of a session, as every client that keeps cookies has one. */
  session(): Promise<string>;
  stop: () => Promise<void>;
}

/** Builds the server when a source is newer than the build. */
export function ensureBuild(): void {
  const { status } = spawnSync(process.execPath, [path.join(root, 'scripts/ensure-build.mjs')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The server cannot be built');
}

export interface StartOptions {
  dataDir: string;
  /** Become libraries. */
  folders: string[];
  program?: string;
  /** Options of Node beside those of `npm start`. */
  node?: string[];
}

export async function startBuiltServer(options: StartOptions): Promise<BuiltServer> {
  const { dataDir, folders, program = path.join(root, 'dist/src/main.js'), node = [] } = options;
  const { PATH, HOME, TMPDIR } = process.env;
  const settings = { DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', MANGADEX: 'off' };
  const admin = { ADMIN_EMAIL: login.email, ADMIN_PASSWORD: login.password };
  const child = spawn(process.execPath, ['--max-semi-space-size=8', ...node, program, ...folders], {
    env: { PATH, HOME, TMPDIR, ...settings, ...admin },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const port = await portOf(child);
    return serverOf(child, port);
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The program says to people where it is; its log, which would cost the bench a reader, goes nowhere. */
function portOf({ stderr }: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    stderr?.on('data', (chunk: Buffer) => {
      said += String(chunk);
      const port = /ready at http:\/\/[^/\s]*?:(\d+)/u.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    stderr?.once('end', () => reject(new Error(`The server did not start: ${said}`)));
  });
}

function serverOf(child: ChildProcess, port: number): BuiltServer {
  const address = `http://127.0.0.1:${port}`;
  const get = (where: string, headers: Record<string, string> = {}) =>
    fetch(`${address}${where}`, { headers: { authorization: basic, ...headers } });
  return {
    port,
    pid: child.pid ?? 0,
    usage: () => usageOf(child.pid ?? 0),
    json: async <T>(where: string) => (await (await get(where)).json()) as T,
    async session() {
      const answer = await get('/api/v2/users/me', { 'x-auth-token': '' });
      return `X-Auth-Token: ${answer.headers.get('x-auth-token') ?? ''}\r\n`;
    },
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

interface BookLine {
  id: string;
  name: string;
  url: string;
  media: { status: string };
}

/** Waits until all books of the folders can be read, and tells their ids by the names of the files. */
export async function untilReady(server: BuiltServer, count: number, seconds = 300): Promise<Record<string, string>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { content } = await server.json<{ content: BookLine[] }>('/api/v1/books?size=100');
    const failed = content.find(({ media }) => !['UNKNOWN', 'READY'].includes(media.status));
    if (failed) throw new Error(`${failed.name} cannot be read: ${failed.media.status}`);
    const ready = content.filter(({ media }) => media.status === 'READY');
    if (ready.length >= count) return Object.fromEntries(ready.map(({ id, url }) => [path.basename(url), id]));
    if (Date.now() > deadline) throw new Error(`${ready.length} of ${count} books are ready after ${seconds} s`);
    await pause(100);
  }
}
