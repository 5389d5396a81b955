import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isCoded } from '../base/errors';
import { groupBy } from '../base/group-by';
import type { Database } from '../db/database';
import { bySize, type Candidates } from './candidates';
import { findBooksElsewhere, type Candidate, type KnownBook } from './known';
import { findSuccessors } from './successors';
import type { FoundBook } from './found';
import { versionWithVolumes } from './volumes';

/** Which row a file is (docs/decisions/0006): content before place, and a place only when nothing else is known. */
export interface IdentityContext {
  db: Database;
  libraryId: string;
  root: string;
  /** The folder that is looked through; '' is the whole library. */
  within: string;
  /** All rows of the folder as the scan began. */
  books: readonly KnownBook[];
  /** Ids whose file this scan has found. */
  found: ReadonlySet<string>;
  hash: (file: string) => Promise<string>;
}

export interface Suspect {
  file: FoundBook;
  /** The row that lies at this path; its file is another one now, or it is in the trash. */
  here: KnownBook | null;
}

export interface Claim {
  book: KnownBook;
  /** Hash of the file where it was needed; '' otherwise. */
  hash: string;
  /** Another content at the place of the book: what analysis found is worth nothing. */
  isReplaced?: true;
}

/** So many books of one size are asked whether they are gone; of more, the file is hashed and compared by that. */
const fewBooks = 16;

/** A file that cannot be read is nobody's; being told to stop is another thing. */
function unreadable(error: unknown): string {
  if (isCoded(error)) return 'unreadable';
  throw error;
}

/** One name to shares that know no case, or that keep accents apart from their letters: there both open the same file. */
export const isSameSpelling = (a: string, b: string): boolean =>
  a === b || a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();

const sameName = (a: string, b: string) => path.posix.basename(a) === path.posix.basename(b);

const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);

/** Asks once a book: many new files may be of the size of one book, and many books of that of one file. */
function once<T>(ask: (book: Candidate) => Promise<T>): (book: Candidate) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (book) => {
    const known = answers.get(book.id);
    if (known) return known;
    const answer = ask(book);
    answers.set(book.id, answer);
    return answer;
  };
}

export function createIdentity(context: IdentityContext) {
  const { db, libraryId, root, within, books, found, hash } = context;
  const claimed = new Set<string>();
  /** Built at the first new file: a scan that finds nothing new does without. */
  let inside: ((size: number) => Candidates) | null = null;
  let byFolder: Map<string, KnownBook[]> | null = null;
  const reachable = new Map<string, boolean>();

  async function isReachable(folder: string): Promise<boolean> {
    const known = reachable.get(folder);
    if (known !== undefined) return known;
    const result = await stat(folder)
      .then((stats) => stats.isDirectory())
      .catch(() => false);
    reachable.set(folder, result);
    return result;
  }

  /** `gone`: nothing lies at its place; `replaced`: something else does; `there`: it does, so this file is a copy. */
  async function whereabouts(book: Candidate): Promise<'gone' | 'replaced' | 'there'> {
    if (book.isDeleted) return 'gone';
    if (!(await isReachable(book.root))) return 'there';
    try {
      const stats = await stat(path.join(book.root, book.path));
      if (stats.isDirectory()) return 'there';
      const { size, modifiedAt } = await versionWithVolumes(path.join(book.root, book.path), stats);
      return size === book.size && modifiedAt === book.modifiedAt ? 'there' : 'replaced';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'there';
    }
  }

  /** `groups`: the books of the size of the file. */
  async function claimOne(
    { file, here }: Suspect,
    groups: Candidates[],
    ask: typeof whereabouts,
  ): Promise<Claim | null> {
    let ownHash = '';
    const readHash = async () => (ownHash ||= await hash(path.join(root, file.path)).catch(unreadable));
    const candidates: Candidate[] = [];
    for (const group of groups) {
      candidates.push(...group.withHash(group.hashed > fewBooks ? await readHash() : undefined));
      if (here === null) candidates.push(...group.changedAt(file.modifiedAt));
    }
    const matches: KnownBook[] = [];
    for (const book of candidates) {
      if (book.id === here?.id || claimed.has(book.id) || found.has(book.id)) continue;
      // the walk found the new spelling and not the old one, whatever a stat of the old one says
      const isRespelled = book.libraryId === libraryId && isSameSpelling(book.path, file.path);
      const place = isRespelled ? 'gone' : await ask(book);
      if (place === 'there') continue;
      // not hashed yet: the very same time to the millisecond, which renaming keeps, and nothing left at the old place
      const isSame = book.hash === '' ? place === 'gone' : book.hash === (await readHash());
      if (isSame) matches.push(book);
    }
    const match = matches.find((book) => sameName(book.path, file.path)) ?? matches[0];
    if (match === undefined) return null;
    claimed.add(match.id);
    return { book: match, hash: ownHash };
  }

  /** Files whose content nobody knows, where a book of the same folder is gone. Only after all contents were compared. */
  async function claimPlaces(suspects: Suspect[], claims: Map<FoundBook, Claim>): Promise<void> {
    const fresh = suspects.filter(({ file, here }) => here === null && !claims.has(file)).map(({ file }) => file);
    if (fresh.length === 0 || books.length === 0) return;
    byFolder ??= groupBy(books, (book) => path.posix.dirname(book.path));
    // a file lies at their very place, though another one than before
    const placed = new Set(suspects.flatMap(({ here }) => here?.id ?? []));
    for (const [folder, files] of groupBy(fresh, (file) => path.posix.dirname(file.path))) {
      const gone: KnownBook[] = [];
      for (const book of byFolder.get(folder) ?? []) {
        // one whose place another has taken already has no place any more
        const isParked = book.path.endsWith(`#${book.id}`);
        if (isParked || placed.has(book.id) || claimed.has(book.id) || found.has(book.id)) continue;
        if ((await whereabouts({ ...book, root })) === 'gone') gone.push(book);
      }
      // of several of one name that which went just now, not one that lies in the trash
      gone.sort((a, b) => Number(a.isDeleted) - Number(b.isDeleted) || byPath(a, b));
      for (const [file, book] of findSuccessors(gone, files.sort(byPath))) {
        claimed.add(book.id);
        claims.set(file, { book, hash: '', isReplaced: true });
      }
    }
  }

  /** Finds the rows whose files these are. A file without claim is the row at its place, or a new book. */
  return async function claim(suspects: Suspect[]): Promise<Map<FoundBook, Claim>> {
    const sizes = [...new Set(suspects.map(({ file }) => file.size))];
    const elsewhere = bySize(await findBooksElsewhere(db, { libraryId, root, within }, sizes));
    inside ??= bySize(books.map((book) => ({ ...book, root })));
    const claims = new Map<FoundBook, Claim>();
    const ask = once(whereabouts);
    for (const suspect of suspects) {
      const { size } = suspect.file;
      const claim = await claimOne(suspect, [inside(size), elsewhere(size)], ask);
      if (claim) claims.set(suspect.file, claim);
    }
    await claimPlaces(suspects, claims);
    return claims;
  };
}
