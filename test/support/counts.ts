import type { Answer, Walk } from './crawler';
import { linksOf } from './opds-entry-rules';
import { childrenOf, openSearchUri, textOf } from './opds-words';
import { attribute, xmlTree, type XmlElement } from './xml-tree';

const rootOf = ({ body }: Answer): XmlElement | null => xmlTree(body.toString('utf8')).root;

/** Totals of the feeds of OPDS 1.2 that were walked through, by address. */
function totals({ documents }: Walk): Map<string, number> {
  const found = new Map<string, number>();
  for (const [url, answer] of documents) {
    const root = rootOf(answer);
    const total = root ? textOf(root, 'totalResults', openSearchUri) : '';
    if (total !== '') found.set(url, Number(total));
  }
  return found;
}

/** Facets whose `thr:count` is not what stands behind them, or who do not say it (opds.md §2.18). */
export function facetProblems(walked: Walk): string[] {
  const behind = totals(walked);
  return [...walked.documents.values()].flatMap((answer) => {
    const root = rootOf(answer);
    const facets = root ? linksOf(root, 'http://opds-spec.org/facet') : [];
    return facets.flatMap((facet) => {
      const href = attribute(facet, 'href') ?? '';
      const count = attribute(facet, 'thr:count') ?? 'nothing';
      return count === String(behind.get(href))
        ? []
        : [`${answer.url}: facet ${href} says ${count}, leads to ${behind.get(href)}`];
    });
  });
}

/** Lists whose pages together lose an entry or hold one twice, or do not end (opds.md §2.16). */
export function pagingProblems(walked: Walk): string[] {
  return [...totals(walked)].flatMap(([url, total]) => {
    if (/[?&]page=/.test(url)) return [];
    const ids: string[] = [];
    const seen = new Set<string>();
    for (let next: string | undefined = url; next !== undefined;) {
      if (seen.has(next)) return [`${url}: the pages go round`];
      seen.add(next);
      const answer = walked.documents.get(next);
      const root: XmlElement | null = answer ? rootOf(answer) : null;
      if (!root) return [`${url}: no page ${next}`];
      ids.push(...childrenOf(root, 'entry').map((entry) => textOf(entry, 'id')));
      const [onward] = linksOf(root, 'next');
      next = onward && attribute(onward, 'href');
    }
    const isWhole = ids.length === total && new Set(ids).size === total;
    return isWhole ? [] : [`${url}: ${new Set(ids).size} different of ${ids.length} entries, ${total} announced`];
  });
}

/** Lists of OPDS 2.0 whose pages together lose a thing or hold one twice, or do not end. */
export function pagingProblems2({ documents }: Walk): string[] {
  const feeds = new Map(
    [...documents].map(([url, { body }]) => [url, JSON.parse(body.toString('utf8')) as Counted] as const),
  );
  return [...feeds].flatMap(([url, { metadata }]) => {
    const total = metadata?.numberOfItems;
    if (total === undefined || /[?&]page=/.test(url)) return [];
    const held: string[] = [];
    const seen = new Set<string>();
    for (let next: string | undefined = url; next !== undefined;) {
      if (seen.has(next)) return [`${url}: the pages go round`];
      seen.add(next);
      const feed: Counted | undefined = feeds.get(next);
      if (!feed) return [`${url}: no page ${next}`];
      const self = ({ links = [] }: Counted) => links.find(({ rel }) => rel === 'self')?.href ?? '';
      held.push(...(feed.navigation ?? []).map(({ href }) => href), ...(feed.publications ?? []).map(self));
      next = feed.links?.find(({ rel }) => rel === 'next')?.href;
    }
    const isWhole = held.length === total && new Set(held).size === total;
    return isWhole ? [] : [`${url}: ${new Set(held).size} different of ${held.length} things, ${total} announced`];
  });
}

interface Counted {
  metadata?: { numberOfItems?: number; title?: string };
  links?: { rel?: string; href: string; properties?: { numberOfItems?: number } }[];
  navigation?: Counted['links'];
  publications?: Counted[];
  groups?: Counted[];
  facets?: Counted[];
}

/** Of a feed without pages the group that is its own whole list. */
function heldBy(feed: Counted | undefined, href: string): number | undefined {
  const own = feed?.groups?.find(({ links = [] }) => links.some((link) => link.href === href));
  return feed?.metadata?.numberOfItems ?? own?.navigation?.length;
}

/** Numbers of OPDS 2.0 that are not what stands behind them: of navigation, groups and facets. */
export function countProblems2({ documents }: Walk): string[] {
  const feeds = new Map(
    [...documents].map(([url, { body }]) => [url, JSON.parse(body.toString('utf8')) as Counted] as const),
  );
  const check = (from: string, href: string, count: number | undefined, isDue: boolean) => {
    const actual = heldBy(feeds.get(href), href);
    const isRight = count === undefined ? !isDue : count === actual;
    return isRight ? [] : [`${from}: ${href} is said to hold ${count}, holds ${actual}`];
  };
  return [...feeds].flatMap(([url, { navigation = [], groups = [], facets = [] }]) => [
    ...navigation.flatMap(({ href, properties }) => check(url, href, properties?.numberOfItems, false)),
    ...groups.flatMap(({ metadata, links = [] }) =>
      links.flatMap(({ href }) => check(url, href, metadata?.numberOfItems, true)),
    ),
    ...facets
      .flatMap(({ links = [] }) => links)
      .flatMap(({ href, properties }) => check(url, href, properties?.numberOfItems, true)),
  ]);
}
