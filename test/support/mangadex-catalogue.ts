import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A record as MangaDex stores it; people and tags are told by their ids. */
export interface CatalogueManga {
  id: string;
  attributes: {
    title: Record<string, string>;
    altTitles: Record<string, string>[];
    tags: string[];
    [attribute: string]: unknown;
  };
  relationships: { id: string; type: string; related?: string; fn?: string }[];
}

export interface Catalogue {
  tags: { id: string; [member: string]: unknown }[];
  authors: Record<string, string>;
  manga: CatalogueManga[];
}

export interface LabelledName {
  name: string;
  label: string | null;
  acceptable?: string[];
  category: string;
  hints?: { comicInfo?: Record<string, string> };
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as unknown;

export function loadCatalogue(directory: string): { catalogue: Catalogue; names: LabelledName[] } {
  const folder = path.join(directory, 'mangadex/labelled');
  return {
    catalogue: read(path.join(folder, 'catalogue.open.json')) as Catalogue,
    names: read(path.join(folder, 'names.open.json')) as LabelledName[],
  };
}

/** The record as the API sends it with `includes[]=author&includes[]=artist&includes[]=cover_art`. */
export function wireRecord(catalogue: Catalogue, { id, attributes, relationships }: CatalogueManga): object {
  const tags = new Map(catalogue.tags.map((tag) => [tag.id, tag]));
  return {
    id,
    type: 'manga',
    attributes: { ...attributes, tags: attributes.tags.flatMap((tag) => tags.get(tag) ?? []) },
    relationships: relationships.map(({ fn, ...relation }) => {
      if (relation.type === 'author' || relation.type === 'artist')
        return { ...relation, attributes: { name: catalogue.authors[relation.id] ?? '' } };
      return fn === undefined ? relation : { ...relation, attributes: { fileName: fn, volume: null } };
    }),
  };
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');

const namesOf = ({ attributes }: CatalogueManga) =>
  [attributes.title, ...attributes.altTitles].flatMap((map) => Object.values(map));

const known = new WeakMap<CatalogueManga['attributes'], { length: number; words: string[] }[]>();

/** Read once a record: a search looks at all of them. */
function readNames(manga: CatalogueManga): { length: number; words: string[] }[] {
  const read =
    known.get(manga.attributes) ?? namesOf(manga).map((name) => ({ length: name.length, words: wordsOf(name) }));
  known.set(manga.attributes, read);
  return read;
}

/** How MangaDex searches: every word must equal or begin a word of one title; the closest first (by length). */
export function searchCatalogue(catalogue: Catalogue, query: string): CatalogueManga[] {
  const wanted = wordsOf(query);
  const hits = catalogue.manga.flatMap((manga) => {
    const fitting = readNames(manga).filter(({ words }) =>
      wanted.every((word) => words.some((other) => other.startsWith(word))),
    );
    return fitting.length === 0 ? [] : [{ manga, length: Math.min(...fitting.map(({ length }) => length)) }];
  });
  return hits.sort((a, b) => a.length - b.length).map(({ manga }) => manga);
}
