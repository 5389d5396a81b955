import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import { readRarBook, refusalOf, unpackEntry } from './rar-book';
import { rarContent } from './rar-content';
import type { Reader } from './reader';
import { openSpan } from './span';
import { bufferStream } from './zip-entry';

/** A RAR archive as a book. Packed entries are unpacked in the calling thread: not for one that answers requests. */
export async function openRar(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<Reader> {
  const book = await readRarBook(path, source, detected, limits);
  let metadata = new Map<string, Buffer>();
  return {
    container: book.container,
    async content({ dimensions = true } = {}) {
      const { content, metadata: seen } = await rarContent(book, dimensions);
      metadata = seen;
      const first = content.problems[0];
      if (content.pages.length === 0 && first)
        throw fail(first.code === 'ERR_2001' || first.code === 'ERR_1002' ? first.code : 'ERR_2002');
      return content;
    },
    async file(name) {
      const entry = book.listing.entries.find((candidate) => candidate.file && candidate.name === name);
      if (!entry || entry.size > limits.metadataBytes || refusalOf(entry, book) !== null) return null;
      return metadata.get(name) ?? unpackEntry(book, entry.index);
    },
    async open(location, signal) {
      if (location.kind === 'span') return openSpan(source, location, limits, signal);
      if (location.kind !== 'entry' || location.index === undefined) throw fail('ERR_2003', { kind: location.kind });
      return bufferStream(await unpackEntry(book, location.index), signal);
    },
    close: () => source.close(),
  };
}
