import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { bookPatchFromComicInfo } from '../metadata/book-patch';
import { bookPatchFromName, nameFactsOf } from '../metadata/name-patch';
import { applyBookPatch } from '../metadata/merge';
import type { BookPatch } from '../metadata/types';
import type { Book } from '../model/book';
import type { Library } from '../model/library';
import type { ServerEvent } from '../queue/events';
import type { Described } from './book-content';
import { joinReadLists } from './imported-sets';
import {
  bookColumnsOf,
  bookMetadataOf,
  freshBook,
  locksOf,
  positionFields,
  takeBackNames,
  unsaid,
  withOrigins,
} from './metadata-rows';

/** What the sources that the library imports say of a book, in the order in which they are applied. */
function patchesOf({ comicInfo, opf }: Described, library: Library): BookPatch[] {
  return [
    ...(comicInfo && library.importComicInfoBook ? [bookPatchFromComicInfo(comicInfo)] : []),
    ...(opf && library.importEpubBook ? [opf.book] : []),
  ];
}

/** The columns that change when a book takes over what its file says; locked fields stay (komga-media §8.1). */
export function mergeBook(book: Book, library: Library, described: Described, at: Date): Partial<Book> {
  const said = patchesOf(described, library);
  const named = library.parseNames ? unsaid(bookPatchFromName(book.name), said, book.provenance) : {};
  const locks = locksOf(book.locked);
  const current = bookMetadataOf(book);
  const taken = takeBackNames(book, current, freshBook(book), [named, ...said]);
  let next = taken.metadata;
  let provenance = taken.provenance;
  const sources = [
    { patch: named, source: 'name' as const },
    ...said.map((patch) => ({ patch, source: 'file' as const })),
  ];
  for (const { patch, source } of sources) {
    const merged = applyBookPatch(next, patch, locks, { source, at });
    next = { ...next, ...merged.changed };
    provenance = withOrigins(provenance, merged);
  }
  const positioned = followPosition(book, sources, { next, provenance }, at);
  const nameFacts = library.parseNames ? nameFactsOf(book.name) : null;
  const isSame =
    isDeepStrictEqual(positioned.next, current) &&
    isDeepStrictEqual(positioned.provenance, book.provenance) &&
    isDeepStrictEqual(nameFacts, book.nameFacts);
  if (isSame) return {};
  const columns = bookColumnsOf({ ...book, nameFacts } as Book, positioned.next);
  return { ...columns, nameFacts, provenance: positioned.provenance, metadataModifiedAt: at };
}

interface Sourced {
  patch: BookPatch;
  source: 'name' | 'file';
}

type Running = { next: ReturnType<typeof bookMetadataOf>; provenance: Book['provenance'] };

/** A number that a file or its name gives stands against renumbering, also when it equals the position; without one it is the position. */
function followPosition(book: Book, sources: Sourced[], { next, provenance }: Running, at: Date): Running {
  const notes = { ...provenance };
  const position = { number: String(book.number), numberSort: book.number };
  let metadata = next;
  for (const field of positionFields) {
    if (book.locked.includes(field)) continue;
    const giver = sources.findLast(({ patch }) => patch[field] !== null && patch[field] !== undefined);
    if (giver) notes[field] ??= { source: giver.source, at: at.toISOString() };
    if (giver || notes[field]?.source !== 'file') continue;
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
