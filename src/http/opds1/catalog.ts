import { searchDescriptionType } from '../../opds/media-types';
import { openSearchDescription } from '../../opds/open-search';
import { feedUrn, urnOf } from '../../opds/urn';
import { navigationFeed, type NavigationEntry } from '../../opds/v1';
import { lastChange } from '../../search/delivery';
import type { HttpDeps } from '../deps';
import { opdsAddress, webPage } from '../opds-address';
import { latest } from '../opds-books';
import { sendText } from '../reply';
import { route, type Route } from '../route';
import { feed, siteOf, type Asked, type FeedDocument } from './feed';

type Way = [path: string, title: string, content: string, target?: Partial<NavigationEntry['target']>];

/** Komga's entries in its order, then ours. Readest's subscriptions look for `sort/new` here. */
const ways: Way[] = [
  ['keep-reading', 'Keep reading', 'Books you have begun', { kind: 'acquisition' }],
  ['ondeck', 'On deck', 'What comes next in the series you follow', { kind: 'acquisition' }],
  ['series', 'All series', 'Every series by title'],
  ['series/latest', 'Latest series', 'Series that changed last'],
  ['books/latest', 'Latest books', 'What came in last', { kind: 'acquisition', rel: 'http://opds-spec.org/sort/new' }],
  ['libraries', 'Libraries', 'By library'],
  ['collections', 'Collections', 'By collection'],
  ['readlists', 'Read lists', 'By read list'],
  ['publishers', 'Publishers', 'By publisher'],
  ['genres', 'Genres', 'By genre'],
  ['tags', 'Tags', 'By tag'],
  ['series/letters', 'Series by letter', 'By the first letter of the title'],
  ['status', 'Reading status', 'Unread, in progress or read'],
];

async function catalog({ db, viewer, at, site, twin }: Asked): Promise<FeedDocument> {
  const updated = latest(await lastChange(db, viewer));
  const entries = ways.map(([path, title, content, target]): NavigationEntry => ({
    id: urnOf('shelf', path),
    ...{ title, content, updated },
    target: { href: at(path), kind: 'navigation', ...target },
  }));
  const others = { twin: twin('catalog'), page: webPage(at, '/') };
  const head = { id: feedUrn('catalog'), title: site.name, self: site.start, up: null, ...others };
  return { kind: 'navigation', xml: navigationFeed({ site, ...head, updated, entries }) };
}

const searchRoute = (): Route =>
  route({
    method: 'get',
    path: '/opds/v1.2/search',
    id: 'opds1Search',
    tag: 'OPDS 1.2',
    summary: 'How to search: the OpenSearch description',
    access: 'any',
    reply: 'bytes',
    produces: [searchDescriptionType],
    handler: ({ ctx }) => {
      const { name, searchTemplate } = siteOf(opdsAddress(ctx, 'v1.2'));
      const description = 'Books by title, series, people and tags';
      sendText(
        ctx,
        searchDescriptionType,
        openSearchDescription({ name, description, template: searchTemplate, kind: 'acquisition' }),
      );
    },
  });

export function catalogRoutes(deps: HttpDeps): Route[] {
  return [feed(deps, 'catalog', 'opds1Catalog', 'The root of the catalogue', catalog), searchRoute()];
}
