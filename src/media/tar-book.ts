import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { checkEntries, type PackedBook, type PackedEntry } from './packed-book';
import { blockBytes, createTarHeaders, isEmptyBlock, type TarEntry } from './tar-headers';
import { cleanName, decodeNames } from './zip-names';

interface Placed extends TarEntry {
  offset: number;
}

/** Goes from header to header. The end is an empty block, or that of the file. */
async function walkTar(source: ByteSource, limits: MediaLimits): Promise<{ raw: Placed[]; damaged: boolean }> {
  const raw: Placed[] = [];
  const headers = createTarHeaders();
  let position = 0;
  for (let blocks = 0; position + blockBytes <= source.size && blocks < 3 * limits.entries; blocks++) {
    const block = await source.read(position, blockBytes);
    if (isEmptyBlock(block)) return { raw, damaged: false };
    const header = headers.read(block);
    if (!header) return { raw, damaged: true };
    const offset = position + blockBytes;
    if (header.told > 0) headers.tell(await source.read(offset, header.told));
    if (header.entry) raw.push({ ...header.entry, offset });
    position = offset + header.room;
  }
  return { raw, damaged: position > source.size };
}

/** Names are decoded together: one alone is often too short to tell its encoding. */
export function namesOf(entries: TarEntry[]): string[] {
  return decodeNames(entries.map(({ name, utf8 }) => ({ bytes: name, utf8, unicode: null }))).map(cleanName);
}

/** A TAR: nothing is packed, so every page is bytes of the file. */
export async function readTarBook(source: ByteSource, limits: MediaLimits): Promise<PackedBook> {
  const { raw, damaged } = await walkTar(source, limits);
  const names = namesOf(raw);
  const entries = raw.map(({ offset, size, file }, index): PackedEntry => {
    const name = names[index] ?? '';
    const place = { size, packedSize: size, dataOffset: offset, stored: true };
    return { index, name, ...place, dictionary: 0, crc32: null, encrypted: false, file: file && !name.endsWith('/') };
  });
  checkEntries(entries, damaged, limits);
  return {
    container: 'tar',
    source,
    bytes: source.size,
    entries,
    solid: false,
    damaged,
    limits,
    unpack: () => Promise.resolve(null),
  };
}
