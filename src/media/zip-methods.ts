import { fail } from '../base/errors';
import type { MediaLimits } from './limits';
import type { ZipLocation } from './reader';
import { memoryInput, runSevenZip } from './seven-zip';

/** Shrink, reduce, implode, deflate64, bzip2, LZMA, zstd (two numbers), xz, PPMd: what zlib does not know and 7-Zip does. */
const foreignMethods = new Set([1, 2, 3, 4, 5, 6, 9, 12, 14, 20, 93, 95, 98]);

/** Stored or deflated: can be read where it lies, by any thread. */
export const isPlainMethod = (method: number) => method === 0 || method === 8;

export const isKnownMethod = (method: number) => isPlainMethod(method) || foreignMethods.has(method);

/** The records of an archive that holds nothing but the entry, around its packed data. */
function asArchive(packed: Buffer, { method, crc32, size, flags = 0 }: ZipLocation): Buffer[] {
  const local = Buffer.alloc(31);
  const central = Buffer.alloc(47);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(63, 0);
  common.writeUInt16LE(flags, 2);
  common.writeUInt16LE(method, 4);
  common.writeUInt32LE(crc32, 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(1, 22);
  local.write('PK\x03\x04', 'latin1');
  common.copy(local, 4);
  local.write('1', 30);
  central.write('PK\x01\x02', 'latin1');
  central.writeUInt16LE(63, 4);
  common.copy(central, 6);
  central.write('1', 46);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + packed.length, 16);
  return [local, packed, central, end];
}

/**
 * The first `wanted` bytes, or all, of an entry that is packed in a way zlib does not know. Synchronous work inside: not for
 * a thread that answers requests. The caller compares size and checksum.
 */
export async function unpackForeign(
  packed: Buffer,
  location: ZipLocation,
  limits: MediaLimits,
  wanted = Infinity,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  const deadline = Date.now() + limits.pageMilliseconds;
  const { exit, messages } = await runSevenZip(
    {
      args: ['x', '-so', '-tzip', '-y', '-p-', 'archive'],
      input: memoryInput(asArchive(packed, location)),
      write(bytes) {
        total += bytes.length;
        if (total > location.size) return false;
        chunks.push(Buffer.from(bytes));
        return total < wanted;
      },
      deadline,
    },
    limits,
  );
  const bytes = Buffer.concat(chunks);
  // what the program thinks of end marks does not matter: the caller knows size and checksum
  if (bytes.length === location.size || bytes.length >= wanted) return bytes;
  if (exit === 8 || /memory/iu.test(messages)) throw fail('ERR_2001', { method: location.method });
  if (/Unsupported Method/iu.test(messages)) throw fail('ERR_2004', { method: location.method });
  throw fail('ERR_2003', { method: location.method, exit });
}
