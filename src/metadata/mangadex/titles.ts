import { distinct } from '../normalise';
import type { NamedTitle } from '../provider';
import type { AlternateTitle } from '../types';
import type { WireManga } from './wire';

const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Titles in CJK letters are often tagged `en`: the script decides, not the tag (mangadex.md §4.1). */
function languageOf(tag: string, title: string, original: string): string {
  if (/\p{Script=Hangul}/u.test(title)) return 'ko';
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(title)) return 'ja';
  const isLatinTag = /^(en|.*-ro)$/u.test(tag);
  return isLatinTag && cjk.test(title) ? original || 'ja' : tag;
}

const entries = (map: Record<string, string>): NamedTitle[] =>
  Object.entries(map).flatMap(([language, title]) => (title.trim() === '' ? [] : [{ language, title: title.trim() }]));

/** All names, the main one first, each name once. */
export function titlesOf({ attributes }: Pick<WireManga, 'attributes'>): NamedTitle[] {
  const { title, altTitles, originalLanguage } = attributes;
  const all = [...entries(title), ...altTitles.flatMap(entries)];
  const tagged = all.map((name) => ({ ...name, language: languageOf(name.language, name.title, originalLanguage) }));
  return distinct(tagged, (name) => name.title);
}

const shown = new Set(['en', 'ja', 'ja-ro', 'ko', 'ko-ro', 'zh', 'zh-ro', 'zh-hk']);
const most = 20;

/** The names that readers look for, in the languages of manga and of most readers (mangadex.md §6). */
export function alternateTitlesOf(titles: readonly NamedTitle[]): AlternateTitle[] {
  const [main, ...others] = titles;
  const wanted = [...(main ? [main] : []), ...others.filter(({ language }) => shown.has(language))];
  const once = distinct(wanted, ({ title }) => title.normalize('NFKC').toLowerCase());
  return once.slice(0, most).map(({ language, title }) => ({ label: language, title }));
}
