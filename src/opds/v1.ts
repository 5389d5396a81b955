import {
  addHead,
  addLine,
  addLink,
  addPerson,
  addText,
  atomDocument,
  type Element,
  type Link,
  openSearchNamespace,
  serialize,
} from './atom';
import { atomType, entryType, feed2Type, feedTypes, type Kind, searchDescriptionType } from './media-types';
import type { FacetGroup } from './facets';
import type { SearchTemplate } from './open-search';
import { atOnce, type Paging, pageLinks } from './paging';
import { credits } from './people';
import type { Urn } from './urn';
import {
  addNavigationEntry,
  fillPublication,
  type NavigationEntry,
  type Onward,
  type PublicationEntry,
} from './v1-entry';

export type { Link } from './atom';
export type { Facet, FacetGroup } from './facets';
export type { Paging } from './paging';
export type { Acquisition, BookRecord, Category } from './book-record';
export type { NavigationEntry, Onward, OnwardRel, Picture, PublicationEntry } from './v1-entry';

/** What is the same in every feed of one answer. */
export interface Site {
  /** Name of the server, author of every feed. */
  name: string;
  uri?: string;
  /** Address of the root catalogue. */
  start: string;
  /** Address of the OpenSearch description. */
  searchDescription: string;
  /** Address of the results, with `{searchTerms}`: Moon+ Reader, Librera and FBReader read only this form. */
  searchTemplate: SearchTemplate;
}

/** A feed has either pages or one address. */
type Place = { self: string; paging?: never } | { paging: Paging; self?: never };

export type Feed = Place & {
  site: Site;
  /** From `feedUrn`; the same for every page of the feed. */
  id: Urn;
  title: string;
  subtitle?: string | null;
  /** The last change of what is listed. */
  updated: Date;
  /** The feed above; null for the root only. */
  up: Onward | null;
  /** The same list as OPDS 2.0. */
  twin?: string | null;
  /** Address of its page in the web UI. */
  page?: string | null;
  /** Further links of the feed. */
  links?: Link[];
};

export type NavigationFeed = Feed & { entries: NavigationEntry[] };

/** Facets may stand only here. */
export type AcquisitionFeed = Feed & { entries: PublicationEntry[]; facets?: FacetGroup[] };

function selfOf(feed: Feed): string {
  return feed.paging === undefined ? feed.self : feed.paging.href(feed.paging.page);
}

function addFeedLinks(root: Element, feed: Feed, kind: Kind): void {
  const self = selfOf(feed);
  const { site, up, twin, page } = feed;
  if (up === null && self !== site.start)
    throw new RangeError(`${feed.id} lies below the root and needs the feed above it`);
  addLink(root, { rel: 'self', type: feedTypes[kind], href: self });
  addLink(root, { rel: 'start', type: feedTypes.navigation, href: site.start });
  if (up)
    addLink(root, {
      rel: 'up',
      type: feedTypes[up.kind],
      href: up.href,
      ...(up.title === undefined ? {} : { title: up.title }),
    });
  addLink(root, { rel: 'search', type: searchDescriptionType, href: site.searchDescription });
  addLink(root, { rel: 'search', type: atomType, href: site.searchTemplate });
  if (twin) addLink(root, { rel: 'alternate', type: feed2Type, href: twin });
  if (page) addLink(root, { rel: 'alternate', type: 'text/html', href: page });
  for (const link of feed.links ?? []) addLink(root, link);
}

function addPaging(root: Element, paging: Paging, kind: Kind): void {
  addLine(root, 'opensearch:totalResults', String(paging.total), openSearchNamespace);
  addLine(root, 'opensearch:itemsPerPage', String(paging.size), openSearchNamespace);
  addLine(root, 'opensearch:startIndex', String(paging.page * paging.size + 1), openSearchNamespace);
  for (const { rel, href } of pageLinks(paging)) addLink(root, { rel, type: feedTypes[kind], href });
}

function addFacets(root: Element, groups: FacetGroup[]): void {
  for (const group of groups) {
    const active = group.facets.find((facet) => facet.active);
    for (const facet of group.facets) {
      const extras: [string, string][] = [['opds:facetGroup', group.title]];
      if (facet === active) extras.push(['opds:activeFacet', 'true']);
      if (typeof facet.count === 'number') extras.push(['thr:count', String(facet.count)]);
      addLink(root, {
        rel: 'http://opds-spec.org/facet',
        type: feedTypes.acquisition,
        href: facet.href,
        title: facet.title,
        extras,
      });
    }
  }
}

function beginFeed(feed: Feed, kind: Kind): Element {
  const root = atomDocument('feed');
  addHead(root, feed);
  addText(root, 'subtitle', feed.subtitle);
  addPerson(root, 'author', feed.site.name, feed.site.uri);
  addFeedLinks(root, feed, kind);
  if (feed.paging !== undefined) addPaging(root, feed.paging, kind);
  return root;
}

/** A feed of ways on, as XML. Content-Type: `feedTypes.navigation`. */
export function navigationFeed(feed: NavigationFeed): string {
  const root = beginFeed(feed, 'navigation');
  for (const entry of feed.entries) addNavigationEntry(root, entry);
  return serialize(root);
}

/** A feed of books, as XML. Content-Type: `feedTypes.acquisition`. */
export function acquisitionFeed(feed: AcquisitionFeed): string {
  const root = beginFeed(feed, 'acquisition');
  addFacets(root, feed.facets ?? []);
  for (const entry of feed.entries) fillPublication(root.ele('entry'), entry);
  return serialize(root);
}

const feedEnd = '</feed>\n';

/** Books as they stand in a feed, without what surrounds them. */
function entriesAlone(entries: PublicationEntry[]): string {
  const root = atomDocument('feed');
  for (const entry of entries) fillPublication(root.ele('entry'), entry);
  const text = serialize(root);
  return text.slice(text.indexOf('\n', text.indexOf('<feed')) + 1, -feedEnd.length);
}

/** The text of `acquisitionFeed` in pieces of some books each, so that a long one can be sent while it is written. */
export function* acquisitionFeedParts(feed: AcquisitionFeed): Generator<string> {
  if (feed.entries.length <= atOnce) {
    yield acquisitionFeed(feed);
    return;
  }
  yield acquisitionFeed({ ...feed, entries: [] }).slice(0, -feedEnd.length);
  for (let from = 0; from < feed.entries.length; from += atOnce)
    yield entriesAlone(feed.entries.slice(from, from + atOnce));
  yield feedEnd;
}

/** One book as a document of its own. Content-Type: `entryType`. */
export function entryDocument(entry: PublicationEntry, site: Site, self: string): string {
  const root = atomDocument('entry');
  fillPublication(root, { ...entry, document: null });
  // outside a feed nobody else vouches for the entry, and Atom demands an author
  if (credits(entry.people ?? []).authors.length === 0) addPerson(root, 'author', site.name, site.uri);
  addLink(root, { rel: 'self', type: entryType, href: self });
  return serialize(root);
}
