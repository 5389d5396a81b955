import { distinct, normaliseAuthors, normaliseTags, parseNumberSort } from '../normalise';
import type { Kind, ProviderChapter, ProviderCover, ProviderTitle } from '../provider';
import type { Author, ReadingDirection, SeriesStatus } from '../types';
import { cleanDescription } from './description';
import { foreignIdsOf, linksOf, titleUrl } from './links';
import { alternateTitlesOf, titlesOf } from './titles';
import type { WireChapter, WireCover, WireManga } from './wire';

const statuses = new Map<string | null, SeriesStatus>([
  ['ongoing', 'ONGOING'],
  ['completed', 'ENDED'],
  ['hiatus', 'HIATUS'],
  ['cancelled', 'ABANDONED'],
]);

const kinds = new Map<string, Kind>([
  ['Official Colored', 'official-colored'],
  ['Fan Colored', 'fan-colored'],
  ['Oneshot', 'oneshot'],
  ['Doujinshi', 'doujinshi'],
  ['Anthology', 'anthology'],
  ['Web Comic', 'web'],
  ['Long Strip', 'long-strip'],
  ['Adaptation', 'adaptation'],
]);

interface Tag {
  name: string;
  group: string;
}

const tagsOf = ({ attributes }: WireManga): Tag[] =>
  attributes.tags.flatMap(({ attributes: { name, group } }) => {
    const text = name['en'] ?? Object.values(name)[0];
    return text === undefined ? [] : [{ name: text, group }];
  });

/** One person may be both (mangadex.md §6). */
const roles: Record<string, string> = { author: 'writer', artist: 'penciller' };

function authorsOf({ relationships }: WireManga): Author[] {
  const people = relationships.flatMap(({ type, attributes }) => {
    const role = roles[type];
    const { name } = attributes;
    return role !== undefined && typeof name === 'string' ? [{ name, role }] : [];
  });
  return normaliseAuthors(people);
}

/** A whole number of at least one; `1.5`, `""` and what is unknown are none. */
function count(value: string | null): number | null {
  const number = parseNumberSort(value ?? '');
  return number !== null && Number.isInteger(number) && number >= 1 ? number : null;
}

/** `safe` promises nothing to children: an age of 0 would open violent series to their accounts (mangadex.md §6). */
function ageRatingOf(contentRating: string | null, tags: Tag[]): number | null {
  const has = (name: string) => tags.some((tag) => tag.name === name);
  if (contentRating === 'erotica' || contentRating === 'pornographic' || has('Sexual Violence')) return 18;
  return contentRating === 'suggestive' || has('Gore') ? 16 : null;
}

function directionOf(language: string, tags: Tag[]): ReadingDirection | null {
  if (tags.some(({ name }) => name === 'Long Strip')) return 'WEBTOON';
  if (language === '') return null;
  return language === 'ja' || language === 'zh-hk' ? 'RIGHT_TO_LEFT' : 'LEFT_TO_RIGHT';
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function coverOf({ id, relationships }: WireManga): string | null {
  const cover = relationships.find(({ type, attributes }) => type === 'cover_art' && attributes['fileName']);
  const fileName = cover?.attributes['fileName'];
  return typeof fileName === 'string' && /^[\w.-]{1,200}$/u.test(fileName) ? `${id}/${fileName}` : null;
}

function numbersOf({ attributes }: WireManga) {
  const { lastVolume, lastChapter, status, chapterNumbersResetOnNewVolume } = attributes;
  const isComplete = status === 'completed';
  return {
    totalVolumes: isComplete ? count(lastVolume) : null,
    totalChapters: isComplete && !chapterNumbersResetOnNewVolume ? count(lastChapter) : null,
    lastVolume: parseNumberSort(lastVolume ?? ''),
    lastChapter: parseNumberSort(lastChapter ?? ''),
  };
}

/** A record of MangaDex in our words, by mangadex.md §6; null when it has no name. */
export function titleOfManga(manga: WireManga): ProviderTitle | null {
  const { id, attributes } = manga;
  const titles = titlesOf(manga);
  if (titles.length === 0) return null;
  const tags = tagsOf(manga);
  const { publicationDemographic } = attributes;
  const genres = [
    ...tags.filter(({ group }) => group === 'genre').map(({ name }) => name),
    ...(publicationDemographic ? [capitalised(publicationDemographic)] : []),
  ];
  const summaries = Object.entries(attributes.description).map(([tag, text]) => [tag, cleanDescription(text)] as const);
  return {
    id,
    url: titleUrl(id),
    version: `${attributes.version ?? ''} ${attributes.updatedAt ?? ''}`.trim(),
    titles,
    authors: authorsOf(manga),
    year: attributes.year,
    status: statuses.get(attributes.status) ?? null,
    originalLanguage: attributes.originalLanguage,
    kinds: tags.flatMap(({ name }) => kinds.get(name) ?? []),
    ...numbersOf(manga),
    foreignIds: foreignIdsOf(attributes.links),
    relations: manga.relationships.flatMap(({ type, id: other, related }) =>
      type === 'manga' && related !== null ? [{ id: other, relation: related }] : [],
    ),
    summaries: Object.fromEntries(summaries.filter(([, text]) => text !== '')),
    genres: normaliseTags(genres),
    tags: normaliseTags(tags.filter(({ group }) => group !== 'genre').map(({ name }) => name)),
    ageRating: ageRatingOf(attributes.contentRating, tags),
    readingDirection: directionOf(attributes.originalLanguage, tags),
    alternateTitles: alternateTitlesOf(titles),
    links: linksOf(id, attributes.links),
    cover: coverOf(manga),
  };
}

export function coverOfWire(mangaId: string, { attributes }: WireCover): ProviderCover {
  const { fileName, volume, locale, description } = attributes;
  return {
    reference: `${mangaId}/${fileName}`,
    volume: parseNumberSort(volume ?? ''),
    locale,
    description: description ?? '',
  };
}

/** Chapters that have a number and a title, each number once: of several uploads the first title counts. */
export function chaptersOfWire(chapters: readonly WireChapter[], language: string): ProviderChapter[] {
  const titled = chapters.flatMap(({ attributes }) => {
    const chapter = parseNumberSort(attributes.chapter ?? '');
    const title = attributes.title?.trim() ?? '';
    if (chapter === null || title === '') return [];
    return [{ chapter, volume: parseNumberSort(attributes.volume ?? ''), title, language }];
  });
  return distinct(titled, ({ volume, chapter }) => `${volume ?? ''} ${chapter}`);
}
