import { z } from 'zod';
import { publicId } from '../../base/public-id';
import { followsPages } from '../../library/follow-pages';
import { entryType } from '../../opds/media-types';
import { feedUrn } from '../../opds/urn';
import { entryDocument } from '../../opds/v1';
import type { BookView } from '../../search/book-view';
import { countReadableBooks, type BookCount } from '../../search/count-books';
import { findAnywhere } from '../../search/find-anywhere';
import { findBooks, findKeepReading, getBook } from '../../search/find-books';
import { findDeliveries } from '../../search/delivery';
import { findLibraries } from '../../search/find-libraries';
import { findOnDeck } from '../../search/on-deck';
import type { SliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { opdsAddress } from '../opds-address';
import { sendText } from '../reply';
import { route, type Route } from '../route';
import { dialectFor, variesBy } from '../opds-books';
import { countOf, libraryFacets, statusFacets } from '../opds-facets';
import { foundWithin } from '../opds-narrow';
import { bookCondition } from './conditions';
import { narrowed } from './facets';
import { feed, home, siteOf, type Asked, type FeedDocument, type Filter } from './feed';
import { booksFeed, type Head } from './lists-of';
import { bookEntry } from './present';

async function keepReading(asked: Asked): Promise<FeedDocument> {
  const query = { condition: bookCondition(asked), slice: asked.slice };
  return booksFeed(asked, await findKeepReading(asked.db, asked.viewer, query), {
    id: feedUrn('keep-reading'),
    title: 'Keep reading',
    path: 'keep-reading',
    filters: ['library'],
    up: home(asked),
    twin: 'libraries/keep-reading',
  });
}

async function onDeck(asked: Asked): Promise<FeedDocument> {
  const query = { libraryIds: asked.query.library, readable: true, slice: asked.slice };
  return booksFeed(asked, await findOnDeck(asked.db, asked.viewer, query), {
    id: feedUrn('ondeck'),
    title: 'On deck',
    path: 'ondeck',
    filters: ['library'],
    up: home(asked),
    twin: 'libraries/on-deck',
  });
}

interface Listed extends Head {
  filters: readonly Filter[];
}

/** A list of many libraries with its facets: one statement counts for all of them and for the paging. */
async function facetedFeed(
  asked: Asked,
  head: Listed,
  found: Promise<SliceOf<BookView>>,
  counted: Promise<BookCount[]>,
): Promise<FeedDocument> {
  const [books, counts, libraries] = await Promise.all([found, counted, findLibraries(asked.db, asked.viewer)]);
  const choices = narrowed(asked, head, counts);
  return booksFeed(asked, books, head, [statusFacets(choices), ...libraryFacets(choices, libraries)]);
}

const latestBooks = (asked: Asked): Promise<FeedDocument> => {
  const { db, viewer, slice } = asked;
  const counted = countReadableBooks(db, viewer);
  const total = counted.then((counts) => countOf(counts, asked.query));
  const found = findBooks(db, viewer, { condition: bookCondition(asked), sort: ['createdDate,desc'], slice, total });
  const head = { id: feedUrn('books-latest'), title: 'Latest books', up: home(asked), twin: 'libraries/books/latest' };
  return facetedFeed(asked, { ...head, path: 'books/latest', filters: ['status', 'library'] }, found, counted);
};

/** The announced search; without text, every book in the order of the shelf. */
const searchBooks = (asked: Asked): Promise<FeedDocument> => {
  const { search: text = '' } = asked.query;
  const found = findAnywhere(asked.db, asked.viewer, { text, ...foundWithin(asked.query), slice: asked.slice });
  const head = {
    ...(text.trim() === ''
      ? { id: feedUrn('books'), title: 'All books' }
      : { id: feedUrn('search', text), title: `Search: ${text}` }),
    ...{ up: home(asked), path: 'books', filters: ['search', 'status', 'library'] as const },
  };
  return facetedFeed(
    asked,
    head,
    found.then(({ books }) => books),
    found.then(({ counts }) => counts),
  );
};

/** A book as a document of its own, the same as its entry in every list. */
const entryRoute = ({ db }: HttpDeps): Route =>
  route({
    method: 'get',
    path: '/opds/v1.2/books/:id',
    id: 'opds1Book',
    tag: 'OPDS 1.2',
    summary: 'One book as a complete entry',
    access: 'any',
    params: z.object({ id: entityId() }),
    reply: 'bytes',
    produces: [entryType],
    handler: async ({ ctx, viewer, params }) => {
      const [book, deliveries, follow] = await Promise.all([
        getBook(db, viewer, params.id),
        findDeliveries(db, [params.id]),
        followsPages(db, viewer),
      ]);
      const at = opdsAddress(ctx, 'v1.2');
      const entry = bookEntry(book, deliveries.get(book.id), { at, follow, dialect: dialectFor(ctx) });
      ctx.vary(variesBy);
      sendText(ctx, entryType, entryDocument(entry, siteOf(at), at(`books/${publicId(book.id)}`)));
    },
  });

export function bookRoutes(deps: HttpDeps): Route[] {
  return [
    feed(deps, 'keep-reading', 'opds1KeepReading', 'Books that were begun', keepReading),
    feed(deps, 'ondeck', 'opds1OnDeck', 'The next book of each series that is being read', onDeck),
    feed(deps, 'books/latest', 'opds1BooksLatest', 'Books that came last', latestBooks),
    feed(
      deps,
      'books',
      'opds1Books',
      'Books whose title, series, people or tags hold the words of `search`',
      searchBooks,
    ),
    entryRoute(deps),
  ];
}
