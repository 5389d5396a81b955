import type { Asking, MetadataProvider, ProviderTitle } from '../provider';
import type { Client, Parameters } from './client';
import { chaptersOfWire, coverOfWire, titleOfManga } from './mapping';
import { wireChapterList, wireCoverList, wireMangaList, type WireManga } from './wire';

export const providerName = 'mangadex';

const minute = 60_000;
/** How long an answer is good. A search finds what it found; a record is asked for only when a refresh is due. */
const fresh = { search: 12 * 60 * minute, details: 60 * minute, covers: 24 * 60 * minute, chapters: 24 * 60 * minute };

/** Without all four pornographic titles are invisible (mangadex.md §3). */
const contentRating = ['safe', 'suggestive', 'erotica', 'pornographic'];
const includes = ['author', 'artist', 'cover_art'];
const searchLimit = 25;
const longestQuery = 400;
const idsAtOnce = 100;
/** Of the feed and of covers: nobody has a series that needs more, and a loop must end. */
const mostPages = 10;

interface Page<T> {
  data: T[];
  total: number;
}

interface Pager<T> {
  path: string;
  parameters: Parameters;
  limit: number;
  freshMs: number;
  parse: (body: unknown) => Page<T> | null;
}

/** All items of a list that comes in pages. */
async function allPages<T>(api: Client, pager: Pager<T>, asking: Asking): Promise<T[]> {
  const { path, parameters, limit, freshMs, parse } = pager;
  const items: T[] = [];
  for (let page = 0; page < mostPages; page++) {
    const parametersOfPage = { ...parameters, limit, offset: page * limit };
    const found = await api.json(path, parametersOfPage, { freshMs, parse }, asking);
    items.push(...(found?.data ?? []));
    if (found === null || (page + 1) * limit >= found.total) break;
  }
  return items;
}

async function listTitles(
  api: Client,
  parameters: Parameters,
  freshMs: number,
  asking: Asking,
): Promise<ProviderTitle[]> {
  const reading = { freshMs, parse: parserOf(wireMangaList) };
  const found = await api.json('/manga', { ...parameters, contentRating, includes }, reading, asking);
  return titlesOf(found?.data ?? []);
}

/** MangaDex behind the interface of all providers. `api` and `uploads` have a gate each: they are two hosts. */
export function createMangaDex(api: Client, uploads: Client): MetadataProvider {
  return {
    name: providerName,
    label: 'MangaDex',
    search: (query, asking = {}) => {
      const title = query.slice(0, longestQuery).trim();
      if (title === '') return Promise.resolve([]);
      return listTitles(api, { title, limit: searchLimit, 'order[relevance]': 'desc' }, fresh.search, asking);
    },
    async details(ids, asking = {}) {
      const found = new Map<string, ProviderTitle>();
      const unique = [...new Set(ids)].filter((id) => /^[\da-f-]{36}$/u.test(id)).sort();
      for (let at = 0; at < unique.length; at += idsAtOnce) {
        const parameters = { ids: unique.slice(at, at + idsAtOnce), limit: idsAtOnce };
        for (const title of await listTitles(api, parameters, fresh.details, asking)) found.set(title.id, title);
      }
      return found;
    },
    async covers(id, asking = {}) {
      const parameters = { manga: [id], 'order[volume]': 'asc' };
      const parse = parserOf(wireCoverList);
      const pager = { path: '/cover', parameters, limit: 100, freshMs: fresh.covers, parse };
      return (await allPages(api, pager, asking)).map((cover) => coverOfWire(id, cover));
    },
    async chapters(id, language, asking = {}) {
      const order = { 'order[volume]': 'asc', 'order[chapter]': 'asc' };
      const parameters = { translatedLanguage: [language], contentRating, includeUnavailable: '1', ...order };
      const parse = parserOf(wireChapterList);
      const pager = { path: `/manga/${id}/feed`, parameters, limit: 500, freshMs: fresh.chapters, parse };
      return chaptersOfWire(await allPages(api, pager, asking), language);
    },
    // 512 pixels are enough for a poster, and a tenth of the bytes
    picture: (reference, asking = {}) => uploads.bytes(`/covers/${reference}.512.jpg`, asking),
  };
}

const titlesOf = (manga: WireManga[]): ProviderTitle[] => manga.flatMap((record) => titleOfManga(record) ?? []);

interface Schema<T> {
  safeParse: (body: unknown) => { success: true; data: T } | { success: false };
}

/** Null for JSON of another shape altogether: MangaDex changed, or something answers in its place. */
const parserOf =
  <T>(schema: Schema<T>) =>
  (body: unknown): T | null => {
    const result = schema.safeParse(body);
    return result.success ? result.data : null;
  };
