import type { ComicInfo } from './comic-info';
import {
  dateOfParts,
  linksFromText,
  listOrNull,
  normaliseAuthors,
  normaliseIsbn,
  normaliseTags,
  parseNumberSort,
  splitCommas,
} from './normalise';
import type { Author, BookPatch, ReadListEntry } from './types';

const roles = [
  ['writer', 'writer'],
  ['penciller', 'penciller'],
  ['inker', 'inker'],
  ['colorist', 'colorist'],
  ['letterer', 'letterer'],
  ['coverArtist', 'cover'],
  ['editor', 'editor'],
  ['translator', 'translator'],
] as const;

function authorsOf(info: ComicInfo): Author[] {
  return normaliseAuthors(roles.flatMap(([field, role]) => splitCommas(info[field]).map((name) => ({ name, role }))));
}

/** Integers of 32 bit only; anything else is no position. */
function parsePosition(text: string | null | undefined): number | null {
  const trimmed = text?.trim() ?? '';
  return /^[+-]?\d{1,10}$/u.test(trimmed) && Math.abs(Number(trimmed)) <= 0x7fff_ffff ? Number(trimmed) : null;
}

/** With numbers, arcs pair with them by position and a pair that lacks either side is dropped; without, all arcs count. */
function storyArcs(info: ComicInfo): ReadListEntry[] {
  if (info.storyArcNumber === null) return splitCommas(info.storyArc).map((name) => ({ name, number: null }));
  const numbers = info.storyArcNumber.split(',').map(parsePosition);
  const arcs = (info.storyArc ?? '')
    .split(',')
    .map((name, index) => ({ name: name.trim(), number: numbers[index] ?? null }));
  return arcs.filter(({ name, number }) => name !== '' && number !== null);
}

function readListsOf(info: ComicInfo): ReadListEntry[] {
  const alternate = info.alternateSeries;
  const first = alternate === null ? [] : [{ name: alternate, number: parsePosition(info.alternateNumber) }];
  return [...first, ...storyArcs(info)];
}

/** What a ComicInfo says about its book: Komga's mapping, but a bad date part or number spoils only itself. */
export function bookPatchFromComicInfo(info: ComicInfo): BookPatch {
  return {
    title: info.title,
    summary: info.summary,
    number: info.number,
    numberSort: info.number === null ? null : parseNumberSort(info.number),
    releaseDate: dateOfParts(info.year, info.month, info.day),
    authors: listOrNull(authorsOf(info)),
    tags: listOrNull(normaliseTags(splitCommas(info.tags))),
    isbn: info.gtin === null ? null : normaliseIsbn(info.gtin),
    links: listOrNull(linksFromText(info.web)),
    readLists: readListsOf(info),
  };
}
