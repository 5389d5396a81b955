import path from 'node:path';
import { fold } from '../base/text';
import { parseName, type ParsedName } from '../metadata/names';
import { bookNameOf } from './book-files';

interface Placed {
  path: string;
}

const stemAt = ({ path: at }: Placed) => bookNameOf(path.posix.basename(at)).normalize('NFC').toLowerCase();

/** A release carries its version where others have their volume (`c010 (v2)`): one that says no volume leaves it open. */
function isSameChapter(a: ParsedName, b: ParsedName): boolean {
  if (a.special !== b.special) return false;
  if (a.series !== null && b.series !== null && fold(a.series) !== fold(b.series)) return false;
  if (a.chapter === null && b.chapter === null) return a.volume !== null && a.volume === b.volume;
  const isOpen = a.volume === null || b.volume === null;
  return a.chapter === b.chapter && (isOpen || a.volume === b.volume);
}

/**
 * Which new files of a folder stand where files that are gone stood: the same name with another extension (the container
 * was converted), or the only one with the number of the only one that is gone (a better release of the chapter).
 */
export function findSuccessors<G extends Placed, F extends Placed>(gone: G[], fresh: F[]): Map<F, G> {
  const successors = new Map<F, G>();
  const taken = new Set<G>();
  const pair = (file: F, book: G) => {
    successors.set(file, book);
    taken.add(book);
  };
  for (const file of fresh) {
    const stem = stemAt(file);
    const book = gone.find((other) => !taken.has(other) && stemAt(other) === stem);
    if (book) pair(file, book);
  }
  const named = <T extends Placed>(one: T) => ({ one, name: parseName(bookNameOf(path.posix.basename(one.path))) });
  const lost = gone.filter((book) => !taken.has(book)).map(named);
  const left = fresh.filter((file) => !successors.has(file)).map(named);
  for (const { one: file, name } of left) {
    const books = lost.filter((book) => isSameChapter(book.name, name));
    const [book] = books;
    const rivals = book ? left.filter((other) => isSameChapter(other.name, book.name)) : [];
    if (book && books.length === 1 && rivals.length === 1) pair(file, book.one);
  }
  return successors;
}
