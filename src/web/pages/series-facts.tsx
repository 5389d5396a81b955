import type { Series } from '../api/types';
import { Facts, chips, webLinks, type Fact } from '../parts/facts';
import { credits, directionText, languageText, statusText } from '../parts/format';

/** Everything else that is known about the series. */
export function SeriesFacts({ series }: { series: Series }) {
  const { metadata, booksMetadata, booksCount } = series;
  const total = metadata.totalBookCount;
  const facts: Fact[] = [
    ...credits(booksMetadata.authors).map(({ label, names }): Fact => [label, names]),
    ['Publisher', metadata.publisher],
    ['Status', statusText(series)],
    ['Books', total === null || total === booksCount ? '' : `${booksCount} of ${total}`],
    ['Age rating', metadata.ageRating === null ? '' : `${metadata.ageRating}+`],
    ['Language', languageText(metadata.language)],
    ['Reading direction', directionText(metadata.readingDirection)],
    ['Genres', chips(metadata.genres)],
    ['Tags', chips([...metadata.tags, ...booksMetadata.tags])],
    ['Links', webLinks(metadata.links)],
    // MangaDex asks to be named where its data is shown
    ['Metadata', metadata.links.some(({ label }) => label === 'MangaDex') ? 'With data from MangaDex' : ''],
  ];
  return <Facts facts={facts} />;
}
