import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { bookPatchFromComicInfo } from '../metadata/book-patch';
import { bookPatchFromName } from '../metadata/name-patch';
import { applyBookPatch } from '../metadata/merge';
import type { BookPatch } from '../metadata/types';
import type { Book } from '../model/book';
import type { Library } from '../model/library';
import type { ServerEvent } from '../queue/events';
import type { Described } from './book-content';
import { joinReadLists } from './imported-sets';
import { bookColumnsOf, bookMetadataOf, locksOf, positionFields, withOrigins } from './metadata-rows';

/** What the sources that the library imports say of a book, in the order in which they are applied. */
function patchesOf(name: string, { comicInfo, opf }: Described, library: Library): BookPatch[] {
  return [
    // first, so that all others override it
    ...(library.parseNames ? [bookPatchFromName(name)] : []),
    ...(comicInfo && library.importComicInfoBook ? [bookPatchFromComicInfo(comicInfo)] : []),
    ...(opf && library.importEpubBook ? [opf.book] : []),
  ];
}

/** The columns that change when a book takes over what its file says; locked fields stay (komga-media §8.1). */
export function mergeBook(book: Book, library: Library, described: Described, at: Date): Partial<Book> {
  const patches = patchesOf(book.name, described, library);
  const locks = locksOf(book.locked);
  const current = bookMetadataOf(book);
  let next = current;
  let provenance = book.provenance;
  for (const patch of patches) {
    const merged = applyBookPatch(next, patch, locks, { source: 'file', at });
    next = { ...next, ...merged.changed };
    provenance = withOrigins(provenance, merged);
  }
  const positioned = followPosition(book, patches, { next, provenance }, at);
  const isSame =
    isDeepStrictEqual(positioned.next, current) && isDeepStrictEqual(positioned.provenance, book.provenance);
  if (isSame) return {};
  const columns = bookColumnsOf(book, positioned.next);
  return { ...columns, provenance: positioned.provenance, metadataModifiedAt: at };
}

type Running = { next: ReturnType<typeof bookMetadataOf>; provenance: Book['provenance'] };

/** A number that a file gives stands against renumbering, also when it equals the position; without one it is the position. */
function followPosition(book: Book, patches: BookPatch[], { next, provenance }: Running, at: Date): Running {
  const notes = { ...provenance };
  const position = { number: String(book.number), numberSort: book.number };
  let metadata = next;
  for (const field of positionFields) {
    if (book.locked.includes(field)) continue;
    const isGiven = patches.some((patch) => patch[field] !== null && patch[field] !== undefined);
    if (isGiven) notes[field] ??= { source: 'file', at: at.toISOString() };
    if (isGiven || notes[field]?.source !== 'file') continue;
    delete notes[field];
    metadata = { ...metadata, [field]: position[field as keyof typeof position] };
  }
  return { next: metadata, provenance: notes };
}

/** Puts the book into the read lists of its ComicInfo, where the library wants that. */
export async function importReadLists(
  trx: Knex.Transaction,
  bookId: string,
  library: Library,
  { comicInfo }: Described,
): Promise<ServerEvent[]> {
  if (comicInfo === null || !library.importComicInfoReadList) return [];
  return joinReadLists(trx, bookId, bookPatchFromComicInfo(comicInfo).readLists ?? []);
}
