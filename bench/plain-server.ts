import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createProbe, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Usage } from './media-server';

/** The same bytes as plain files: nginx where it is installed, else Node and its streams. */
export interface PlainServer {
  name: string;
  port: number;
  usage(): Promise<Usage>;
  stop(): void;
}

async function freePort(): Promise<number> {
  const probe = createProbe();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function hasNginx(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Ticks of 10 ms, and pages of 4 KiB, of a process and its children (Linux). */
function usageOf(pid: number): Usage {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/u).filter(Boolean);
  const of = (id: string | number) => {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return { cpu: (Number(fields[11]) + Number(fields[12])) * 10, memory: Number(fields[21]) * 4096 };
  };
  const all = [of(pid), ...children.map(of)];
  return { cpu: all.reduce((sum, { cpu }) => sum + cpu, 0), memory: all.reduce((sum, { memory }) => sum + memory, 0) };
}

async function startNginx(folder: string, root: string): Promise<PlainServer> {
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
     user root; events { worker_connections 64; }
     http { access_log off; sendfile on; keepalive_requests 1000000; open_file_cache max=10000;
       client_body_temp_path ${folder}/nb; proxy_temp_path ${folder}/np; fastcgi_temp_path ${folder}/nf;
       uwsgi_temp_path ${folder}/nu; scgi_temp_path ${folder}/ns;
       server { listen 127.0.0.1:${port}; root ${root}; } }`,
  );
  const child: ChildProcess = spawn('nginx', ['-c', file, '-p', folder], { stdio: 'ignore' });
  await setTimeout(300);
  const pid = child.pid ?? 0;
  return { name: 'nginx', port, usage: () => Promise.resolve(usageOf(pid)), stop: () => void child.kill('SIGTERM') };
}

async function startNode(root: string): Promise<PlainServer> {
  const child = fork(__filename, [root], { execArgv: ['--import', 'tsx'] });
  const ask = <T>(): Promise<T> => new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  const port = await ask<number>();
  const usage = () => {
    child.send('usage');
    return ask<Usage>();
  };
  return { name: 'a plain Node server', port, usage, stop: () => void child.kill('SIGTERM') };
}

export const startPlainServer = (folder: string, root: string): Promise<PlainServer> =>
  process.platform === 'linux' && hasNginx() ? startNginx(folder, root) : startNode(root);

/** The part that runs in a process of its own. */
function serve(root: string): void {
  const server = createServer((request, response) => {
    const file = path.join(root, path.basename(request.url ?? ''));
    response.setHeader('Content-Length', statSync(file).size);
    createReadStream(file, { highWaterMark: 512 * 1024 }).pipe(response);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1000, memory: process.memoryUsage.rss() } satisfies Usage);
  });
}

if (require.main === module && process.argv[2] !== undefined) serve(process.argv[2]);
