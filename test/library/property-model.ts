import path from 'node:path';

/** A row as the rules of docs/decisions/0006 see it. Paths begin with the number of their library: `0/Ash/1.cbz`. */
export interface Row {
  path: string;
  content: number;
  isLive: boolean;
  /** Of the database, once it was seen there. */
  id: string | null;
}

const folderOf = (at: string) => path.posix.dirname(at);
const stemOf = (at: string) => at.replace(/\.(?:cbz|zip|cbt)$/, '');
const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);

/** `7 (v2)` is chapter 7 in its second version; `7` leaves the version open. */
function isSameChapter(a: string, b: string): boolean {
  const [one, other] = [a, b].map((at) => /^(\d+)(?: \(v(\d+)\))?$/.exec(path.posix.basename(stemOf(at))));
  if (one?.[1] !== other?.[1]) return false;
  return one?.[2] === undefined || other?.[2] === undefined || one[2] === other[2];
}

/** What the disks hold and what the database should make of it. */
export class Model {
  readonly disk = new Map<string, number>();
  rows: Row[] = [];
  /** A folder that scans pass over. */
  excluded: string | null = null;

  visible(library = ''): Map<string, number> {
    const isSeen = (at: string) => this.excluded === null || !at.startsWith(`${this.excluded}/`);
    return new Map([...this.disk].filter(([at]) => at.startsWith(library) && isSeen(at)));
  }

  rowAt(at: string): Row | undefined {
    return this.rows.find((row) => row.path === at);
  }

  /** A scan of one library: content goes before place, a place counts only when nothing else is known. */
  scan(library: string): void {
    const files = this.visible(`${library}/`);
    // the vanish guard: a library that is suddenly empty is one whose disk is missing
    if (files.size === 0) return;
    const found = new Set<Row>();
    const suspects: string[] = [];
    for (const [at, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const row = this.rowAt(at);
      if (row?.content === content) found.add(row);
      else suspects.push(at);
    }
    const claims = this.claimContents(suspects, found, library);
    this.claimPlaces(suspects, found, claims, library);
    const claimed = new Set(claims.values());
    for (const row of claimed) found.add(row);
    const fresh: Row[] = [];
    for (const at of suspects) {
      const here = this.rowAt(at);
      const claim = claims.get(at);
      if (claim === undefined && here && !claimed.has(here)) {
        here.content = files.get(at) ?? -1;
        found.add(here);
      } else if (claim === undefined) fresh.push({ path: at, content: files.get(at) ?? -1, isLive: true, id: null });
      else if (here && here !== claim && !found.has(here)) here.path = `${at}#parked`;
    }
    for (const row of this.rows) if (row.path.startsWith(`${library}/`)) row.isLive = found.has(row);
    for (const [at, claim] of claims) Object.assign(claim, { path: at, isLive: true });
    this.rows.push(...fresh);
  }

  /** Files whose content is that of a row that has lost its file. */
  private claimContents(suspects: string[], found: Set<Row>, library: string): Map<string, Row> {
    const claims = new Map<string, Row>();
    const isLost = (row: Row) =>
      row.path.startsWith(`${library}/`) ? !found.has(row) : !row.isLive || this.disk.get(row.path) !== row.content;
    for (const at of suspects) {
      const taken = new Set(claims.values());
      const same = this.rows.find((row) => row.content === this.disk.get(at) && !taken.has(row) && isLost(row));
      if (same) claims.set(at, same);
    }
    return claims;
  }

  /** The same name with another extension, or the only one of its chapter, where a file of the folder is gone. */
  private claimPlaces(suspects: string[], found: Set<Row>, claims: Map<string, Row>, library: string): void {
    const fresh = suspects.filter((at) => !claims.has(at) && !this.rowAt(at));
    const isGone = (row: Row) =>
      row.path.startsWith(`${library}/`) &&
      !row.path.includes('#') &&
      !found.has(row) &&
      ![...claims.values()].includes(row) &&
      !this.visible().has(row.path);
    const gone = this.rows.filter(isGone).sort((a, b) => Number(b.isLive) - Number(a.isLive) || byPath(a, b));
    const take = (at: string, row: Row) => {
      row.content = this.disk.get(at) ?? -1;
      claims.set(at, row);
      gone.splice(gone.indexOf(row), 1);
    };
    for (const at of fresh) {
      const before = gone.find((row) => stemOf(row.path) === stemOf(at));
      if (before) take(at, before);
    }
    const left = fresh.filter((at) => !claims.has(at));
    const lost = [...gone];
    const isRival = (a: string, b: string) => folderOf(a) === folderOf(b) && isSameChapter(a, b);
    for (const at of left) {
      const [before, ...others] = lost.filter((row) => isRival(row.path, at));
      if (!before || others.length > 0) continue;
      if (left.filter((other) => isRival(before.path, other)).length === 1) take(at, before);
    }
  }
}
