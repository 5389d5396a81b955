import { distinct } from '../normalise';
import { readFolderName, type Traits } from './folder-name';

/** What lies on disk and wants a title, as far as its names and files tell. */
export interface Subject {
  /** Names to look for and to compare with, the most trusted first. */
  titles: string[];
  /** The name of the folder with its labels. */
  whole: string;
  /** People that the files name. */
  authors: string[];
  /** Labels of the folder that may be people. */
  maybeAuthors: string[];
  year: number | null;
  traits: Traits;
  /** MangaDex's id and ids at other places, by MangaDex's keys of links. */
  ids: Record<string, string>;
  publisher: string;
  /** Of the folder's books: null when they are not numbered so. */
  lastVolume: number | null;
  lastChapter: number | null;
  bookCount: number | null;
}

/** What is known beside the name of the folder. */
export interface Evidence {
  titles?: string[];
  authors?: string[];
  links?: string[];
  publisher?: string;
  lastVolume?: number | null;
  lastChapter?: number | null;
  bookCount?: number;
}

const places: [key: string, address: RegExp][] = [
  ['mangadex', /mangadex\.org\/(?:title|manga)\/([\da-f]{8}-[\da-f-]{27})/iu],
  ['al', /anilist\.co\/manga\/(\d+)/iu],
  ['mal', /myanimelist\.net\/manga\/(\d+)/iu],
  ['mu', /mangaupdates\.com\/series(?:\/|\.html\?id=)(\w+)/iu],
];

/** Ids out of addresses in files: what a program or a person noted there is meant. */
export function idsOfLinks(links: readonly string[]): Record<string, string> {
  const found = places.flatMap(([key, address]) => {
    const ids = distinct(links.flatMap((link) => address.exec(link)?.[1]?.toLowerCase() ?? []));
    // books of one folder that lead to different titles prove nothing
    return ids.length === 1 && ids[0] !== undefined ? [[key, ids[0]] as const] : [];
  });
  return Object.fromEntries(found);
}

export function subjectOf(folder: string, evidence: Evidence = {}): Subject {
  const name = readFolderName(folder);
  const said = (evidence.titles ?? []).map((title) => readFolderName(title));
  const isNovel = name.traits.novel || said.some(({ traits }) => traits.novel);
  const colored = name.traits.colored || said.some(({ traits }) => traits.colored);
  return {
    titles: distinct([...said.flatMap(({ titles }) => titles.slice(0, 2)), ...name.titles]),
    whole: name.whole,
    authors: evidence.authors ?? [],
    maybeAuthors: name.maybeAuthors,
    year: name.year,
    traits: { ...name.traits, novel: isNovel, colored },
    ids: { ...name.ids, ...idsOfLinks(evidence.links ?? []) },
    publisher: evidence.publisher ?? '',
    lastVolume: evidence.lastVolume ?? null,
    lastChapter: evidence.lastChapter ?? null,
    bookCount: evidence.bookCount ?? null,
  };
}
