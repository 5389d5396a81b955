import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string | Buffer;
  data: Buffer | string;
  method?: number;
  flags?: number;
  /** Upper 16 bits are the Unix mode. */
  attributes?: number;
  crc32?: number;
  /** What the directory says instead of the truth. */
  declaredSize?: number;
  declaredCompressedSize?: number;
  /** Lies about where the local header is. */
  offset?: number;
  /** Extra field of the directory entry. */
  extra?: Buffer;
  localName?: string;
  localExtra?: Buffer;
}

export interface ZipOptions {
  prefix?: Buffer;
  /** Offsets count from the start of the file instead of that of the archive. */
  adjusted?: boolean;
  comment?: string;
  count?: number;
  trailer?: Buffer;
  directoryOffset?: number;
  disk?: number;
}

const u16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value & 0xffff);
  return bytes;
};
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** Writes a ZIP with every freedom to write a wrong one. */
export function buildZip(parts: ZipPart[], options: ZipOptions = {}): Buffer {
  const prefix = options.prefix ?? Buffer.alloc(0);
  const base = options.adjusted === false ? 0 : prefix.length;
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const data = Buffer.from(part.data);
    const method = part.method ?? 0;
    const packed = method === 8 ? deflateRawSync(data) : data;
    const name = Buffer.from(part.name);
    const localName = Buffer.from(part.localName ?? name);
    const localExtra = part.localExtra ?? Buffer.alloc(0);
    const extra = part.extra ?? Buffer.alloc(0);
    const crc = part.crc32 ?? crc32(data);
    const sizes = [u32(part.declaredCompressedSize ?? packed.length), u32(part.declaredSize ?? data.length)];
    const common = [u16(part.flags ?? 0), u16(method), u32(0), u32(crc), ...sizes];
    const local = [
      Buffer.from('PK\x03\x04', 'latin1'),
      u16(20),
      ...common,
      u16(localName.length),
      u16(localExtra.length),
      localName,
      localExtra,
      packed,
    ];
    centrals.push(
      Buffer.from('PK\x01\x02', 'latin1'),
      u16(0x0314),
      u16(20),
      ...common,
      u16(name.length),
      u16(extra.length),
      u16(0),
      u16(0),
      u16(0),
      u32(part.attributes ?? 0),
      u32(part.offset ?? base + at),
      name,
      extra,
    );
    const bytes = Buffer.concat(local);
    locals.push(bytes);
    at += bytes.length;
  }
  const directory = Buffer.concat(centrals);
  const comment = Buffer.from(options.comment ?? '', 'latin1');
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(options.disk ?? 0),
    u16(options.disk ?? 0),
    u16(options.count ?? parts.length),
    u16(options.count ?? parts.length),
    u32(directory.length),
    u32(options.directoryOffset ?? base + at),
    u16(comment.length),
    comment,
  ]);
  return Buffer.concat([prefix, ...locals, directory, end, options.trailer ?? Buffer.alloc(0)]);
}
