import type { Asking, MetadataProvider, ProviderTitle } from '../provider';
import { decide, type Decision } from './decide';
import { queriesFor } from './queries';
import type { Subject } from './subject';

export interface MatchResult extends Decision {
  /** What was asked, for whoever wonders why nothing was found. */
  queries: string[];
}

export interface MatchOptions extends Asking {
  /** Titles that a person refused: they never come back. */
  rejected?: ReadonlySet<string>;
}

/**
 * Looks for the title of a subject: an id that stands in its files or name first, then searches from the fullest name to
 * its longest word, until one title convinces.
 */
export async function findMatch(
  provider: Pick<MetadataProvider, 'search' | 'details'>,
  subject: Subject,
  { rejected = new Set(), ...asking }: MatchOptions = {},
): Promise<MatchResult> {
  const found = new Map<string, ProviderTitle>();
  const queries: string[] = [];
  const add = (titles: Iterable<ProviderTitle>) => {
    for (const title of titles) if (!rejected.has(title.id)) found.set(title.id, title);
  };
  const own = subject.ids['mangadex'];
  if (own !== undefined && !rejected.has(own)) add((await provider.details([own], asking)).values());
  let decision = decide(subject, found.values());
  if (decision.outcome === 'matched' || subject.traits.novel) return { ...decision, queries };
  for (const query of queriesFor(subject)) {
    asking.signal?.throwIfAborted();
    queries.push(query);
    add(await provider.search(query, asking));
    decision = decide(subject, found.values());
    if (decision.outcome === 'matched') break;
  }
  return { ...decision, queries };
}
