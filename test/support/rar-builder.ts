import { crc32 } from 'node:zlib';

export interface RarPart {
  name: string;
  data: Buffer;
}

export interface RarOptions {
  /** Each entry goes on with the window of the one before it. */
  solid?: boolean;
  /** Entries as they are. */
  stored?: boolean;
}

/** Seven bits a byte, the lowest first. */
function number(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function block(...fields: (number | Buffer)[]): Buffer {
  const body = Buffer.concat(fields.map((field) => (typeof field === 'number' ? number(field) : field)));
  const sized = Buffer.concat([number(body.length), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(sized));
  return Buffer.concat([sum, sized]);
}

/**
 * The code lengths of a block that knows literals only, eight bits each: 20 lengths of 4 bits for the symbols in which the
 * table is written, then "8, and again 138 and 117 times; 138, 16, 10 and 10 zeros". 128 bits, so that behind it each byte of
 * the data is the code for itself.
 */
const literals = (() => {
  const lengths = Array.from({ length: 20 }, (_, symbol) => ([8, 17, 18, 19].includes(symbol) ? '0010' : '0000'));
  const bits = (value: number, count: number) => value.toString(2).padStart(count, '0');
  const table = ['00', `01${bits(138 - 11, 7)}`, `01${bits(117 - 11, 7)}`, `11${bits(138 - 11, 7)}`, `11${bits(16 - 11, 7)}`];
  const text = [...lengths, ...table, `10${bits(7, 3)}`, `10${bits(7, 3)}`].join('');
  return Buffer.from(text.match(/.{8}/gu)?.map((byte) => parseInt(byte, 2)) ?? []);
})(); // prettier-ignore

/** One block of compressed data, the last of its entry, with a table. */
function pack(data: Buffer): Buffer {
  const size = literals.length + data.length;
  const flags = 0x80 | 0x40 | (2 << 3) | 7;
  const sizes = [size & 0xff, (size >> 8) & 0xff, size >> 16];
  const sum = [flags, ...sizes].reduce((all, byte) => all ^ byte, 0x5a);
  return Buffer.concat([Buffer.from([flags, sum, ...sizes]), literals, data]);
}

/**
 * A RAR 5 archive (https://www.rarlab.com/technote.htm). Packed entries hold nothing but literals, so they are no smaller, but
 * a reader has to decode them bit by bit, and a solid archive from its start. At most 16 MB an entry.
 */
export function buildRar(parts: RarPart[], { solid = false, stored = false }: RarOptions = {}): Buffer {
  const entries = parts.flatMap(({ name, data }, index) => {
    const packed = stored ? data : pack(data);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(data));
    // normal method, a window of 4 MiB
    const compression = stored ? 0 : (solid && index > 0 ? 0x40 : 0) | (3 << 7) | (5 << 10);
    const text = Buffer.from(name);
    return [block(2, 0x02, packed.length, 0x04, data.length, 0o100644, sum, compression, 1, text.length, text), packed];
  });
  const signature = Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1');
  return Buffer.concat([signature, block(1, 0, solid ? 4 : 0), ...entries, block(5, 0, 0)]);
}
