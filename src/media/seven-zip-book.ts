import { crc32 } from 'node:zlib';
import { fail, isCoded } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { checkEntries, type PackedBook, type PackedEntry, type UnpackFailure, type UnpackPlan } from './packed-book';
import { codeOf, damagedWhole, runSevenZip, withFileInput } from './seven-zip';
import { cleanName } from './zip-names';

interface SevenZipEntry extends PackedEntry {
  /** As the program knows it. */
  path: string;
  /** Entries of one block can only be unpacked from its start; null where there is no data. */
  block: number | null;
}

const options = ['-t7z', '-y', '-p-', '-scsUTF-8', '-sccUTF-8'];

/** What the program tells of an archive, as text. Its directory may be packed: it is bounded like that of a ZIP. */
async function readText(path: string, limits: MediaLimits): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const end = await withFileInput(path, (input) =>
    runSevenZip(
      {
        args: ['l', '-slt', ...options, 'archive'],
        input,
        write(bytes) {
          size += bytes.length;
          chunks.push(Buffer.from(bytes));
          return size <= limits.directoryBytes;
        },
        deadline: Date.now() + limits.bookMilliseconds,
      },
      limits,
    ),
  ).catch(damagedWhole);
  if (end.exit === null) throw fail('ERR_2001', { directoryBytes: size });
  const code = codeOf(end);
  // wrong headers make the program ask for any amount of memory
  if (code !== null) throw fail(code === 'ERR_2003' ? 'ERR_2002' : code, { exit: end.exit });
  return Buffer.concat(chunks, size).toString('utf8');
}

const units: Record<string, number> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** The window that methods ask for: `LZMA2:24` is a power of two, `LZMA:1536k` a size, `PPMD:o6:mem24` either. */
function dictionaryOf(method: string): number {
  const sizes = [...method.matchAll(/:(?:mem)?(\d+)([bkmg]?)(?=[: ]|$)/giu)].map(([, number = '', unit = '']) =>
    unit === '' ? 2 ** Math.min(40, Number(number)) : Number(number) * (units[unit.toLowerCase()] ?? 1),
  );
  return Math.max(0, ...sizes);
}

const fieldsOf = (part: string) =>
  new Map(
    part.split('\n').map((line): [string, string] => {
      const at = line.indexOf(' = ');
      return at < 0 ? [line.replace(/ =$/u, ''), ''] : [line.slice(0, at), line.slice(at + 3)];
    }),
  );

function entryOf(part: string, index: number): SevenZipEntry {
  const fields = fieldsOf(part);
  const attributes = fields.get('Attributes') ?? '';
  const path = fields.get('Path') ?? '';
  const block = fields.get('Block') ?? '';
  const checksum = fields.get('CRC') ?? '';
  return {
    index,
    path,
    name: cleanName(path),
    size: Number(fields.get('Size') || 0),
    packedSize: Number(fields.get('Packed Size') || 0),
    dataOffset: 0,
    stored: false,
    dictionary: dictionaryOf(fields.get('Method') ?? ''),
    encrypted: fields.get('Encrypted') === '+',
    // a folder, a symbolic link, an entry that says that a file is to be removed
    file: !/^D| [dl]/u.test(attributes) && fields.get('Anti') !== '+',
    crc32: checksum === '' ? null : Number.parseInt(checksum, 16),
    block: block === '' ? null : Number(block),
  };
}

/** The packed size of a block stands at its first entry: what the ratio of an entry is measured by is the block's. */
function shareBlocks(entries: SevenZipEntry[]): void {
  const packed = new Map<number | null, number>();
  for (const { block, packedSize } of entries) packed.set(block, (packed.get(block) ?? 0) + packedSize);
  for (const entry of entries) entry.packedSize = packed.get(entry.block) ?? 0;
}

function parseListing(text: string): SevenZipEntry[] {
  const start = text.indexOf('\n----------\n');
  if (start < 0) return [];
  const parts = text.slice(start + 12).split('\n\n');
  const entries = parts.filter((part) => part.startsWith('Path = ')).map(entryOf);
  shareBlocks(entries);
  return entries;
}

/** Names that the program takes for exactly themselves. */
const isPlainName = (path: string) => path !== '' && !/[\\*?"\r\n]|^[-@!]|^\s|\s$/u.test(path);

/** Entries from the block of `from` on, if their names single them out; else all. */
function selectionFrom(entries: SevenZipEntry[], from: number): { selected: SevenZipEntry[]; list: string | null } {
  const withData = entries.filter(({ block, size }) => block !== null && size > 0);
  const { block = null } = entries[from] ?? {};
  const selected = withData.filter((entry) => block !== null && (entry.block ?? 0) >= block);
  const paths = new Map<string, number>();
  for (const { path } of entries) paths.set(path, (paths.get(path) ?? 0) + 1);
  const isClear = selected.every(({ path }) => isPlainName(path) && paths.get(path) === 1);
  if (selected.length === 0 || selected.length === withData.length || !isClear)
    return { selected: withData, list: null };
  return { selected, list: `${selected.map(({ path }) => path).join('\n')}\n` };
}

/**
 * The program puts all entries out as one stream, in their order; where one ends and the next begins is told by the sizes
 * of the list, and confirmed by the checksums.
 */
function divider(selected: SevenZipEntry[], plan: UnpackPlan) {
  let position = 0;
  let done = 0;
  let sum = 0;
  let isWanted = false;
  let failure: UnpackFailure | null = null;
  const finish = ({ index, crc32: expected }: SevenZipEntry): boolean => {
    [position, done] = [position + 1, 0];
    if (isWanted && expected !== null && sum !== expected) failure = { index, code: 'ERR_2003' };
    return failure === null && (!isWanted || plan.done(index)) && position < selected.length;
  };
  return {
    write(bytes: Uint8Array): boolean {
      for (let at = 0; at < bytes.length;) {
        const entry = selected[position];
        if (!entry) return false;
        if (done === 0) [isWanted, sum] = [entry.file && plan.wants(entry.index), 0];
        const run = bytes.subarray(at, at + entry.size - done);
        [at, done] = [at + run.length, done + run.length];
        if (isWanted) sum = crc32(run, sum);
        if (isWanted && !plan.write(entry.index, run)) failure = { index: entry.index, code: 'ERR_2003' };
        if (failure) return false;
        if (done === entry.size && !finish(entry)) return false;
      }
      return true;
    },
    get failure() {
      return failure;
    },
    /** The entry under way, or null behind the last. */
    get index() {
      return selected[position]?.index ?? null;
    },
  };
}

async function unpack(
  path: string,
  entries: SevenZipEntry[],
  plan: UnpackPlan,
  limits: MediaLimits,
): Promise<UnpackFailure | null> {
  const { selected, list } = selectionFrom(entries, plan.from);
  const parts = divider(selected, plan);
  const selection = list === null ? {} : { list };
  const args = ['x', '-so', '-spd', ...options, 'archive', ...(list === null ? [] : ['-i@/list'])];
  const run = { args, write: (bytes: Uint8Array) => parts.write(bytes), deadline: plan.deadline, ...selection };
  try {
    const end = await withFileInput(path, (input) => runSevenZip({ ...run, input }, limits));
    if (parts.failure) return parts.failure;
    const code = codeOf(end);
    return code === null || parts.index === null ? null : { index: parts.index, code };
  } catch (error) {
    if (!isCoded(error) || error.code !== 'ERR_2006') throw error;
    return { index: parts.index ?? 0, code: 'ERR_2006' };
  }
}

/** A 7z archive: one run lists it, one run reads as many entries as are wanted. */
export async function readSevenZipBook(path: string, source: ByteSource, limits: MediaLimits): Promise<PackedBook> {
  const entries = parseListing(await readText(path, limits));
  checkEntries(entries, false, limits);
  const withData = entries.filter(({ block }) => block !== null);
  return {
    container: '7z',
    source,
    bytes: source.size,
    entries,
    solid: new Set(withData.map(({ block }) => block)).size < withData.length,
    damaged: false,
    limits,
    unpack: (plan) => unpack(path, entries, plan, limits),
  };
}
