import type { Catalogue, CatalogueManga } from './mangadex-catalogue';

const uuid = (number: number) => `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;

const tag = (number: number, name: string, group: string) => ({
  id: uuid(900 + number),
  type: 'tag',
  attributes: { name: { en: name }, description: [], group, version: 1 },
});

export const tags = {
  action: tag(1, 'Action', 'genre'),
  drama: tag(2, 'Drama', 'genre'),
  pirates: tag(3, 'Pirates', 'theme'),
  oneshot: tag(4, 'Oneshot', 'format'),
  colored: tag(5, 'Official Colored', 'format'),
  longStrip: tag(6, 'Long Strip', 'format'),
  gore: tag(7, 'Gore', 'content'),
  doujinshi: tag(8, 'Doujinshi', 'format'),
  anthology: tag(9, 'Anthology', 'format'),
  web: tag(10, 'Web Comic', 'format'),
  fanColored: tag(11, 'Fan Colored', 'format'),
};

export interface MangaFields {
  title?: Record<string, string>;
  altTitles?: Record<string, string>[];
  tags?: string[];
  author?: string;
  artist?: string;
  cover?: string;
  relations?: { id: string; related: string }[];
  [attribute: string]: unknown;
}

/** Titles that do not exist, in the shape of MangaDex's records. */
export function makeCatalogue(): Catalogue & { add(fields: MangaFields): CatalogueManga } {
  const catalogue: Catalogue = { tags: Object.values(tags), authors: {}, manga: [] };
  const personId = (name: string) => {
    const id = Object.entries(catalogue.authors).find(([, other]) => other === name)?.[0];
    const made = id ?? uuid(500 + Object.keys(catalogue.authors).length);
    catalogue.authors[made] = name;
    return made;
  };
  return {
    ...catalogue,
    add({ author = 'Mori Aoi', artist = author, cover, relations = [], tags: own = [], ...attributes }) {
      const record: CatalogueManga = {
        id: uuid(catalogue.manga.length + 1),
        attributes: {
          ...{ title: { en: 'Untitled' }, altTitles: [], description: { en: 'A story.' }, links: null },
          ...{ originalLanguage: 'ja', lastVolume: null, lastChapter: null, publicationDemographic: null },
          ...{ status: 'ongoing', year: 2010, contentRating: 'safe', state: 'published', version: 1 },
          ...{ chapterNumbersResetOnNewVolume: false, updatedAt: '2026-01-01T00:00:00+00:00' },
          ...attributes,
          tags: own,
        },
        relationships: [
          { id: personId(author), type: 'author' },
          { id: personId(artist), type: 'artist' },
          ...(cover === undefined ? [] : [{ id: uuid(700), type: 'cover_art', fn: cover }]),
          ...relations.map((relation) => ({ ...relation, type: 'manga' })),
        ],
      };
      catalogue.manga.push(record);
      return record;
    },
  };
}
