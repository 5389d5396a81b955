import { isAbsoluteUrl } from '../normalise';
import type { Link } from '../types';

const site = 'https://mangadex.org/title/';

export const titleUrl = (id: string): string => `${site}${id}`;

/** Ids, slugs, paths and addresses, as they come (mangadex.md §4.5); in the order in which they are shown. */
const places: Record<string, { label: string; url: (value: string) => string | null }> = {
  al: { label: 'AniList', url: (value) => ifDigits(value, `https://anilist.co/manga/${value}`) },
  mal: { label: 'MyAnimeList', url: (value) => ifDigits(value, `https://myanimelist.net/manga/${value}`) },
  mu: { label: 'MangaUpdates', url: mangaUpdates },
  kt: { label: 'Kitsu', url: (value) => ifSlug(value, `https://kitsu.app/manga/${value}`) },
  ap: { label: 'Anime-Planet', url: (value) => ifSlug(value, `https://www.anime-planet.com/manga/${value}`) },
  nu: { label: 'NovelUpdates', url: (value) => ifSlug(value, `https://www.novelupdates.com/series/${value}/`) },
  bw: { label: 'BookWalker', url: (value) => ifPath(value, `https://bookwalker.jp/${value}`) },
  amz: { label: 'Amazon', url: (value) => value },
  ebj: {
    label: 'eBookJapan',
    url: (value) => (/^\d+$/u.test(value) ? `https://ebookjapan.yahoo.co.jp/books/${value}/` : value),
  },
  cdj: { label: 'CDJapan', url: (value) => value },
  raw: { label: 'Official Raw', url: (value) => value },
  engtl: { label: 'Official English', url: (value) => value },
};

const ifDigits = (value: string, url: string) => (/^\d{1,12}$/u.test(value) ? url : null);
const ifSlug = (value: string, url: string) => (/^[\w.~-]{1,200}$/u.test(value) ? url : null);
const ifPath = (value: string, url: string) => (/^[\w/.~-]{1,200}$/u.test(value) ? url : null);

/** Numbers of the old site are translated by the new one under their old address. */
function mangaUpdates(value: string): string | null {
  if (/^\d{1,9}$/u.test(value)) return `https://www.mangaupdates.com/series.html?id=${value}`;
  return ifSlug(value, `https://www.mangaupdates.com/series/${value}`);
}

/** The title's own page first, then what MangaDex knows elsewhere; unknown keys and anything but http(s) are left out. */
export function linksOf(id: string, links: Record<string, string>): Link[] {
  const own = { label: 'MangaDex', url: titleUrl(id) };
  const others = Object.entries(places).flatMap(([key, { label, url }]) => {
    const value = links[key]?.trim();
    const address = value ? url(value) : null;
    return address === null || !isAbsoluteUrl(address) ? [] : [{ label, url: address }];
  });
  return [own, ...others];
}

/** Ids at other places that people and programs write into files: what a match can be proved by. */
export function foreignIdsOf(links: Record<string, string>): Record<string, string> {
  const known = ['al', 'mal', 'mu', 'kt', 'ap'].flatMap((key) => (links[key] ? [[key, links[key]] as const] : []));
  return Object.fromEntries(known);
}
