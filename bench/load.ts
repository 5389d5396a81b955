import { connect, type Socket } from 'node:net';

/** What to ask for, at whom. */
export interface Target {
  port: number;
  paths: string[];
  /** Lines with their ends. */
  headers: string;
}

/** A client that costs little beside the server it measures: it looks at nothing but the length of the answer. */
export function ask(socket: Socket, head: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let missing = -1;
    let size = 0;
    const done = (error?: Error) => {
      socket.off('data', take).off('error', done);
      if (error) reject(error);
      else resolve(size);
    };
    const take = (chunk: Buffer) => {
      if (missing < 0) {
        const end = chunk.indexOf('\r\n\r\n');
        const text = chunk.toString('latin1', 0, end);
        if (!text.startsWith('HTTP/1.1 200')) return done(new Error(text.split('\r\n')[0] ?? ''));
        size = Number(/content-length: (\d+)/iu.exec(text)?.[1]);
        missing = size + end + 4;
      }
      missing -= chunk.length;
      if (missing === 0) done();
    };
    socket.on('data', take).on('error', done);
    socket.write(head);
  });
}

export const dial = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.setNoDelay(true)));
    socket.once('error', reject);
  });

const requestFor = (path: string, headers: string) => `GET ${path} HTTP/1.1\r\nHost: bench\r\n${headers}\r\n`;

export interface Measured {
  /** Requests a second. */
  rate: number;
  requests: number;
  megabytes: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Several connections that ask without a pause, each in a way of its own through the paths. */
export async function load({ port, paths, headers }: Target, seconds: number, connections: number): Promise<Measured> {
  const times: number[] = [];
  let bytes = 0;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const run = async (_: unknown, lane: number) => {
    const socket = await dial(port);
    for (let n = lane * 7; performance.now() < end; n += 13) {
      const started = performance.now();
      const size = await ask(socket, requestFor(paths[n % paths.length] ?? '/', headers));
      bytes += size;
      times.push(performance.now() - started);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, run));
  const elapsed = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor((times.length - 1) * part)] ?? NaN;
  return { rate: times.length / elapsed, requests: times.length, megabytes: bytes / elapsed / 1e6, p50: at(0.5), p99: at(0.99) }; // prettier-ignore
}

/** Milliseconds of each answer, one after the other over one connection. */
export async function inOrder({ port, paths, headers }: Target): Promise<number[]> {
  const socket = await dial(port);
  const times: number[] = [];
  for (const path of paths) {
    const begin = performance.now();
    await ask(socket, requestFor(path, headers));
    times.push(performance.now() - begin);
  }
  socket.destroy();
  return times;
}
