import { childElements, decodeXml, ownText, parseXml, type XmlElement } from '../base/xml';
import { trimToNull } from './normalise';

/** Text elements of ComicInfo v2.1: our name → theirs. Names are case-sensitive there. */
const textElements = {
  title: 'Title',
  series: 'Series',
  /** Of no version of the schema, but written by many: by it providers know a series that is named in another language. */
  localizedSeries: 'LocalizedSeries',
  number: 'Number',
  alternateSeries: 'AlternateSeries',
  alternateNumber: 'AlternateNumber',
  summary: 'Summary',
  notes: 'Notes',
  writer: 'Writer',
  penciller: 'Penciller',
  inker: 'Inker',
  colorist: 'Colorist',
  letterer: 'Letterer',
  coverArtist: 'CoverArtist',
  editor: 'Editor',
  translator: 'Translator',
  publisher: 'Publisher',
  imprint: 'Imprint',
  genre: 'Genre',
  tags: 'Tags',
  web: 'Web',
  languageIso: 'LanguageISO',
  format: 'Format',
  blackAndWhite: 'BlackAndWhite',
  manga: 'Manga',
  characters: 'Characters',
  teams: 'Teams',
  locations: 'Locations',
  scanInformation: 'ScanInformation',
  storyArc: 'StoryArc',
  storyArcNumber: 'StoryArcNumber',
  seriesGroup: 'SeriesGroup',
  ageRating: 'AgeRating',
  mainCharacterOrTeam: 'MainCharacterOrTeam',
  review: 'Review',
  gtin: 'GTIN',
} as const;

/** Whole numbers; -1 is the schema's default and means unknown. */
const integerElements = {
  count: 'Count',
  volume: 'Volume',
  alternateCount: 'AlternateCount',
  year: 'Year',
  month: 'Month',
  day: 'Day',
  pageCount: 'PageCount',
} as const;

export interface ComicPage {
  /** Position of the picture in the book, from 0. */
  image: number;
  /** `FrontCover`, `Story`, `Deleted`…; several in one attribute are apart by spaces. */
  type: string | null;
  doublePage: boolean;
  bookmark: string | null;
  imageSize: number | null;
  imageWidth: number | null;
  imageHeight: number | null;
}

export type ComicInfo = Record<keyof typeof textElements, string | null> &
  Record<keyof typeof integerElements, number | null> & {
    /** 0 to 5. */
    communityRating: number | null;
    pages: ComicPage[];
  };

/** A whole number from 0; anything else (`1.5`, `-1`, more than 32 bit) is as good as nothing. */
function parseCount(text: string | null | undefined): number | null {
  const trimmed = text?.trim() ?? '';
  if (!/^\+?\d{1,10}$/u.test(trimmed)) return null;
  const value = Number(trimmed);
  return value <= 0x7fff_ffff ? value : null;
}

function parseRating(text: string | null | undefined): number | null {
  const trimmed = text?.trim() ?? '';
  return /^[0-5](?:\.\d+)?$/u.test(trimmed) && Number(trimmed) <= 5 ? Number(trimmed) : null;
}

function readPages(root: XmlElement): ComicPage[] {
  const lists = childElements(root).filter(({ name }) => name === 'Pages');
  const pages = lists.flatMap(childElements).filter(({ name }) => name === 'Page');
  return pages.flatMap(({ attributes }) => {
    const image = parseCount(attributes.get('Image'));
    if (image === null) return [];
    return {
      image,
      type: trimToNull(attributes.get('Type')),
      doublePage: ['true', '1'].includes(attributes.get('DoublePage')?.trim().toLowerCase() ?? ''),
      bookmark: trimToNull(attributes.get('Bookmark')),
      imageSize: parseCount(attributes.get('ImageSize')),
      imageWidth: parseCount(attributes.get('ImageWidth')),
      imageHeight: parseCount(attributes.get('ImageHeight')),
    };
  });
}

const byElement = <F extends string>(elements: Record<F, string>) =>
  new Map(Object.entries<string>(elements).map(([field, element]) => [element, field as F]));
const textFields = byElement(textElements);
const integerFields = byElement(integerElements);

/** Copied and filled: an object to which forty fields are added one by one takes twenty times as long as a copy. */
const blank: ComicInfo = JSON.parse(
  JSON.stringify({
    ...Object.fromEntries([...textFields.values(), ...integerFields.values()].map((field) => [field, null])),
    ...{ communityRating: null, pages: [] },
  }),
) as ComicInfo;

/** A lone reference to an entity, which nobody resolves, says nothing. */
function textOf(element: XmlElement): string | null {
  const text = trimToNull(ownText(element));
  return text !== null && /^&[\w.-]+;$/.test(text) ? null : text;
}

/**
 * Reads a ComicInfo.xml. Each field stands for itself: one that cannot be read is null and takes nothing with it (Komga
 * drops the whole document). Null when the document is malformed or no ComicInfo. Of a repeated element the last counts.
 */
export function parseComicInfo(bytes: Buffer): ComicInfo | null {
  const text = decodeXml(bytes);
  const root = text === null ? null : parseXml(text);
  if (root?.name.toLowerCase() !== 'comicinfo') return null;
  const values = new Map<string, string>();
  for (const element of childElements(root)) {
    const value = textOf(element);
    if (value !== null) values.set(element.name, value);
  }
  const info = { ...blank };
  info.communityRating = parseRating(values.get('CommunityRating'));
  info.pages = readPages(root);
  for (const [element, value] of values) {
    const text = textFields.get(element);
    const integer = integerFields.get(element);
    if (text !== undefined) info[text] = value;
    if (integer !== undefined) info[integer] = parseCount(value);
  }
  return info;
}
