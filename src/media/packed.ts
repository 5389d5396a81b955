import { fail, type ErrorCode } from '../base/errors';
import { refusalOf, unpackEntry, type PackedBook } from './packed-book';
import { packedContent } from './packed-content';
import type { Reader } from './reader';
import { openSpan } from './span';
import { bufferStream } from './zip-entry';

/** Reasons that say more of a book without pages than that it is damaged. */
const reasons = new Set<string>(['ERR_1002', 'ERR_2001', 'ERR_2004']);

/** A RAR, 7z or TAR as a book. Packed entries are unpacked in the calling thread: not for one that answers requests. */
export function openPacked(book: PackedBook): Reader {
  const { source, limits } = book;
  let metadata = new Map<string, Buffer>();
  return {
    container: book.container,
    async content({ dimensions = true } = {}) {
      const { content, metadata: seen } = await packedContent(book, dimensions);
      metadata = seen;
      const first = content.problems[0];
      if (content.pages.length === 0 && first)
        throw fail(reasons.has(first.code) ? (first.code as ErrorCode) : 'ERR_2002');
      return content;
    },
    async file(name) {
      const entry = book.entries.find((candidate) => candidate.file && candidate.name === name);
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
