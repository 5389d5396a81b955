import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createProbe, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { usageOf, type Usage } from './usage';

/** The same bytes as plain files: nginx where it is installed, else Node and its streams. */
export interface PlainServer {
  name: string;
  port: number;
  usage(): Usage;
  stop: () => void;
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
  return { name: 'nginx', port, usage: () => usageOf(pid, { children: true }), stop: () => void child.kill('SIGTERM') };
}

async function startNode(root: string): Promise<PlainServer> {
  const child = fork(__filename, [root], { execArgv: ['--import', 'tsx'] });
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(message as number)));
  const pid = child.pid ?? 0;
  return { name: 'a plain Node server', port, usage: () => usageOf(pid), stop: () => void child.kill('SIGTERM') };
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
}

if (require.main === module && process.argv[2] !== undefined) serve(process.argv[2]);
