export interface TarPart {
  name: string | Buffer;
  data?: Buffer | string;
  type?: string;
  /** The field as it is, 12 bytes at most. */
  size?: string;
  prefix?: string;
  /** Where a link leads. */
  link?: string;
  magic?: string;
}

function header({ name, data = '', type = '0', size, prefix = '', link = '', magic = 'ustar\x0000' }: TarPart): Buffer {
  const block = Buffer.alloc(512);
  block.set(Buffer.from(name).subarray(0, 100), 0);
  block.write('0000644\0', 100, 'latin1');
  block.write(size ?? Buffer.from(data).length.toString(8).padStart(11, '0'), 124, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(link, 157, 'latin1');
  block.write(magic, 257, 'latin1');
  block.write(prefix, 345, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);

/** Writes a TAR, right or wrong. */
export const buildTar = (parts: TarPart[]): Buffer =>
  Buffer.concat([...parts.flatMap((part) => [header(part), padded(Buffer.from(part.data ?? ''))]), Buffer.alloc(1024)]);
