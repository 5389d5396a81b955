import { badRequest } from '../base/errors';
import type { Database } from '../db/database';
import { parseCbl } from '../metadata/cbl';
import { hasReadList, matchReadingList, type MatchedSeries, type WantedBook } from '../search/match-reading-list';

export interface CblMatch {
  name: string;
  /** A read list of that name is there already. */
  isTaken: boolean;
  requests: { request: WantedBook; matches: MatchedSeries[] }[];
}

/** What of a ComicRack reading list lies in the libraries. Creates nothing. Throws 400 with Komga's code. */
export async function matchCbl(db: Database, file: Buffer): Promise<CblMatch> {
  const list = parseCbl(file);
  if (typeof list === 'string') throw badRequest(list);
  const [matches, isTaken] = await Promise.all([matchReadingList(db, list.books), hasReadList(db, list.name)]);
  const requests = list.books.map((request, place) => ({ request, matches: matches[place] ?? [] }));
  return { name: list.name, isTaken, requests };
}
