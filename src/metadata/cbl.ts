import { childElements, decodeXml, ownText, parseXml } from '../base/xml';

/** One book of a reading list, as ComicRack names it. */
export interface CblBook {
  /** Titles that its series may have, the most precise first. */
  series: string[];
  number: string;
}

export interface Cbl {
  name: string;
  books: CblBook[];
}

/** Why a list cannot be used, as Komga's web client knows it. */
export type CblProblem = 'ERR_1015' | 'ERR_1029' | 'ERR_1030' | 'ERR_1031';

/** A reading list of ComicRack (`.cbl`), or what is wrong with it. */
export function parseCbl(bytes: Buffer): Cbl | CblProblem {
  const text = decodeXml(bytes);
  const root = text === null ? null : parseXml(text);
  if (root?.name !== 'ReadingList') return 'ERR_1015';
  const children = childElements(root);
  const name = children.find((element) => element.name === 'Name');
  const title = name === undefined ? '' : (ownText(name) ?? '').trim();
  if (title === '') return 'ERR_1030';
  const list = children.find((element) => element.name === 'Books');
  const entries = list === undefined ? [] : childElements(list).filter((element) => element.name === 'Book');
  if (entries.length === 0) return 'ERR_1029';
  const books = entries.map(({ attributes }) => bookOf(attributes));
  if (books.some(({ series, number }) => series.length === 0 || number === '')) return 'ERR_1031';
  return { name: title, books };
}

function bookOf(attributes: ReadonlyMap<string, string>): CblBook {
  const series = attributes.get('Series')?.trim() ?? '';
  const volume = attributes.get('Volume')?.trim() ?? '';
  const number = attributes.get('Number')?.trim() ?? '';
  if (series === '') return { series: [], number };
  const isLater = /^\d+$/u.test(volume) && Number(volume) !== 1;
  return { series: isLater ? [`${series} (${Number(volume)})`, series] : [series], number };
}
