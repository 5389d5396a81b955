import { connect } from 'node:net';

export interface RawAnswer {
  status: string;
  headers: Map<string, string>;
  body: Buffer;
}

/** Writes these very lines to a socket and reads until the server closes it. */
export function rawRequest(base: string, lines: string[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write([...lines, '', ''].join('\r\n')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('end', () => resolve(parse(Buffer.concat(chunks))));
  });
}

function parse(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [status = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const pairs = lines.map((line) => line.split(/:\s*(.*)/, 2)).map(([name = '', value = '']) => [name, value] as const);
  return {
    status,
    headers: new Map(pairs.map(([name, value]) => [name.toLowerCase(), value])),
    body: bytes.subarray(end + 4),
  };
}
