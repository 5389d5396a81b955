import { compact, type JsonObject } from './json';
import { feed2Type, feedTypes, type Kind } from './media-types';
import { atOnce, type Paging, pageLinks } from './paging';
import type { FacetGroup } from './facets';
import type { OnwardRel } from './v1-entry';
import { opds2Publication, type Publication } from './v2-publication';
import { line, paragraphs, timestamp, titleOf } from './wording';

export type { Facet, FacetGroup } from './facets';
export type { Direction, Picture2, Profile, Publication, SeriesMembership } from './v2-publication';

/** What is the same in every feed of one answer. */
export interface Site2 {
  /** Address of the root catalogue. */
  start: string;
  /** Address of the search: KOReader cuts the braces off and puts `?query=` there. */
  searchTemplate: `${string}{?query}`;
}

/** A way on. `self` would make KOReader skip it. */
export interface NavigationLink {
  title: string;
  href: string;
  rel?: OnwardRel;
  /** How many things it leads to; true or absent. */
  count?: number | null;
}

/** Some things of another feed, which `self` is the address of: KOReader shows a group of books only as that link. */
export type Group = { title: string; self: string; total?: number | null } & (
  { navigation: NavigationLink[]; publications?: never } | { publications: Publication[]; navigation?: never }
);

type Place = { self: string; paging?: never } | { paging: Paging; self?: never };

export type Feed2 = Place & {
  site: Site2;
  title: string;
  description?: string | null;
  /** The last change of what is listed. */
  updated: Date;
  /** The feed above; null for the root only. */
  up: { href: string; title?: string } | null;
  /** The same list as OPDS 1.2. */
  twin?: { href: string; kind: Kind } | null;
  /** Address of its page in the web UI. */
  page?: string | null;
  navigation?: NavigationLink[];
  publications?: Publication[];
  groups?: Group[];
  facets?: FacetGroup[];
};

function navigationLink({ title, href, rel = 'subsection', count }: NavigationLink): JsonObject {
  return compact({ title: titleOf(title), href, rel, type: feed2Type, properties: { numberOfItems: count ?? null } });
}

function feedLinks(feed: Feed2): JsonObject[] {
  const { site, paging, up, twin, page } = feed;
  const self = paging === undefined ? feed.self : paging.href(paging.page);
  if (up === null && self !== site.start)
    throw new RangeError(`${self} lies below the root and needs the feed above it`);
  // one rel a link: KOReader looks only at the first of a list
  return [
    { rel: 'self', href: self, type: feed2Type },
    { rel: 'start', href: site.start, type: feed2Type },
    ...(up ? [{ rel: 'up', href: up.href, type: feed2Type, title: line(up.title ?? '') }] : []),
    { rel: 'search', href: site.searchTemplate, type: feed2Type, templated: true },
    ...(twin ? [{ rel: 'alternate', href: twin.href, type: feedTypes[twin.kind] }] : []),
    ...(page ? [{ rel: 'alternate', href: page, type: 'text/html' }] : []),
    ...(paging === undefined ? [] : pageLinks(paging).map(({ rel, href }) => ({ rel, href, type: feed2Type }))),
  ].map(compact);
}

function feedMetadata(feed: Feed2): JsonObject {
  const { paging } = feed;
  const pages = paging && { numberOfItems: paging.total, itemsPerPage: paging.size, currentPage: paging.page + 1 };
  return compact({
    title: titleOf(feed.title),
    description: paragraphs(feed.description ?? ''),
    modified: timestamp(feed.updated),
    ...pages,
  });
}

function groupObject(group: Group): JsonObject {
  const { title, self, total, navigation = [], publications = [] } = group;
  return compact({
    metadata: { title: titleOf(title), numberOfItems: total ?? null },
    links: [{ rel: 'self', href: self, type: feed2Type }],
    navigation: navigation.map(navigationLink),
    publications: publications.map(opds2Publication),
  });
}

function facetObject({ title, facets }: FacetGroup): JsonObject {
  const active = facets.find((facet) => facet.active);
  const links = facets.map((facet) => ({
    title: titleOf(facet.title),
    href: facet.href,
    type: feed2Type,
    rel: facet === active ? 'self' : null,
    properties: { numberOfItems: facet.count ?? null },
  }));
  return compact({ metadata: { title: titleOf(title) }, links });
}

const isFilled = (group: Group) => (group.navigation ?? group.publications).length > 0;

/**
 * A feed of OPDS 2.0, ready for `JSON.stringify`. Content-Type: `feed2Type`. Groups without content and facets without a choice
 * are left out. A feed without anything says `"groups": []`, the only emptiness the schema allows (opds.md §4.3).
 */
export function opds2Feed(feed: Feed2): JsonObject {
  const document = compact({
    metadata: feedMetadata(feed),
    links: feedLinks(feed),
    navigation: (feed.navigation ?? []).map(navigationLink),
    facets: (feed.facets ?? []).filter(({ facets }) => facets.length > 1).map(facetObject),
    publications: (feed.publications ?? []).map(opds2Publication),
    groups: (feed.groups ?? []).filter(isFilled).map(groupObject),
  });
  const isEmpty = !('navigation' in document || 'publications' in document || 'groups' in document);
  return isEmpty ? { ...document, groups: [] } : document;
}

/** The text of `opds2Feed` in pieces of some books each, so that a long one can be sent while it is written. */
export function* opds2FeedParts(feed: Feed2): Generator<string> {
  const { publications = [] } = feed;
  if (publications.length <= atOnce) {
    yield JSON.stringify(opds2Feed(feed));
    return;
  }
  const { groups, ...frame } = opds2Feed({ ...feed, publications: publications.slice(0, 1) });
  const head = Object.entries(frame).filter(([key]) => key !== 'publications');
  yield `${JSON.stringify(Object.fromEntries(head)).slice(0, -1)},"publications":[`;
  for (let from = 0; from < publications.length; from += atOnce) {
    const text = JSON.stringify(publications.slice(from, from + atOnce).map(opds2Publication));
    yield `${from === 0 ? '' : ','}${text.slice(1, -1)}`;
  }
  yield groups === undefined ? ']}' : `],"groups":${JSON.stringify(groups)}}`;
}
