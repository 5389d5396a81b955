import type { ListMatch } from '../api/file-types';
import type { Option } from '../parts/format';

type Request = ListMatch['requests'][number];

/** "Gone Fox #3", with the other names that the list knows for the series. */
export const wantedText = ({ request: { series, number } }: Request): string => `${series.join(' / ')} #${number}`;

/** The books that it may be. */
export const candidatesOf = ({ matches }: Request): Option[] =>
  matches.flatMap(({ series, books }) =>
    books.map(({ bookId, number, title }): Option => {
      const year = series.releaseDate === null ? '' : ` (${series.releaseDate.slice(0, 4)})`;
      return [bookId, `${series.title}${year} – ${title.includes(number) ? title : `#${number} ${title}`}`];
    }),
  );

/** For each wanted book the one that a person chose, else the first that fits; '' is none. */
export const chosenIn = (requests: readonly Request[], choices: Record<number, string>): string[] =>
  requests.map((request, place) => choices[place] ?? candidatesOf(request)[0]?.[0] ?? '');

/** In their order; a list holds a book once. */
export const bookIdsOf = (chosen: readonly string[]): string[] => [...new Set(chosen.filter((id) => id !== ''))];
