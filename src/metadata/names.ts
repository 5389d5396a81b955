import { normaliseLanguage } from './normalise';

/** What a file or folder name says. Numbers are texts without leading zeros, ranges with a hyphen: `16-17`, `1.5`. */
export interface ParsedName {
  series: string | null;
  volume: string | null;
  chapter: string | null;
  year: number | null;
  /** Who scanned or translated. */
  group: string | null;
  /** BCP 47. */
  language: string | null;
  /** As it is written: `Omnibus Edition`, `Full Color`. */
  edition: string | null;
  special: boolean;
}

const extension = /\.(?:cb[7rtz]|zip|rar|7z|tar|pdf|epub|png|jpe?g|webp)$/iu;
const number = String.raw`\d{1,5}(?:\.\d{1,3})?`;
/** A number, perhaps to another: `16-17`, `c000 - c006`; apart by spaces only if the mark is said again (`t6 - 10`, `Ch.12 - 1`). */
const range = String.raw`(?<from>${number})(?:(?:-|\s?-\s?(?:c|ch\.?|v))(?<to>${number})(?![\d/]))?`;
const notInWord = String.raw`(?<![\p{L}\p{N}'’])`;

/** Words before or behind the number, in the order of trust. */
const volumeMarks = [
  new RegExp(`${notInWord}(?:(?:volumes?|vols?|tome|tomo|band|тома?)[.\\s]?\\s?|[vt]\\.?)${range}`, 'iu'),
  new RegExp(`เล่ม(?:ที่)?\\s?${range}`, 'u'),
  new RegExp(`(?:第\\s?)?${range}\\s?(?:巻|卷|冊|册|권)`, 'u'),
  new RegExp(`(?:卷|巻|시즌)\\s?${range}`, 'u'),
];

const chapterMarks = [
  new RegExp(
    `${notInWord}(?:(?:chapters?|chapitre|chap|chp|ch|capítulo|глава|главы)[.,\\s]*|c(?!2c)\\.?)${range}(?<suffix>[a-d](?![\\p{L}\\d]))?`,
    'iu',
  ),
  new RegExp(`${range}\\s?глав[аы]`, 'iu'),
  new RegExp(`บทที่\\s?${range}`, 'u'),
  new RegExp(`(?:第\\s?)?${range}\\s?(?:話|话|章|回|화|회)`, 'u'),
  /#\s?(?<from>[A-Z]\d{1,3}|½|\d+(?:\.\d+){2})/u,
  new RegExp(`#\\s?${range}(?<suffix>½|\\.?[A-Z]{1,3}(?![\\p{L}\\d]))?`, 'u'),
  new RegExp(`${notInWord}(?:episode|ep)[.\\s]?\\s?${range}`, 'iu'),
  new RegExp(`${notInWord}(?<from>${number})\\s?(?:\\(of|of)\\s\\d`, 'iu'),
];

/**
 * Numbers without a word, the last resort: behind the title, before the end, a bracket or a dash, but no year (`Cyberpunk
 * 2077`) and no `IG-88`; else anywhere, if written as nobody writes a title: `02`, `567.1`, `153b`.
 */
const bareMarks = [
  new RegExp(
    `(?<=^|\\s|-(?=\\d{3}))(?!(?:18|19|20)\\d\\d(?!\\d))${range}(?<suffix>[a-d])?(?=\\s*(?:$|[([{]|\\s-\\s|-\\s))`,
    'iu',
  ),
  /(?<=\s)(?<from>0\d{1,3}|\d{1,3}\.\d{1,3}|\d{2,3}(?=[a-d](?![\p{L}\d])))(?<suffix>[a-d])?(?=[\s:])/iu,
];

interface Mark {
  index: number;
  end: number;
  value: string;
}

const withoutZeros = (text: string) => text.replace(/^0+(?=\d)/u, '');

/** `153b` is between 153 and 154. Other suffixes (`5AU`, `1½`) are part of the number's name. */
function valueOf({ from = '', to, suffix }: Record<string, string | undefined>): string {
  if (suffix !== undefined) return /^[a-d]$/iu.test(suffix) ? `${withoutZeros(from)}.5` : withoutZeros(from) + suffix;
  return to === undefined ? withoutZeros(from) : `${withoutZeros(from)}-${withoutZeros(to)}`;
}

function firstMark(text: string, marks: readonly RegExp[]): Mark | null {
  for (const mark of marks) {
    const found = mark.exec(text);
    if (found) return { index: found.index, end: found.index + found[0].length, value: valueOf(found.groups ?? {}) };
  }
  return null;
}

const years = /(?<!\d)((?:18|19|20)\d{2})(?!\d)/u;
const formats =
  /^(?:f?\d*\s?(?:covers?|pages?)|digital.*|web-?rip|c2c|tpb|hd|scans?|manga|complete|f|r\d|v\d|full colou?r|repaired)$/iu;

const editions = new RegExp(
  `${notInWord}(?:(?:[\\p{L}\\d'’]+[ -]){0,2}edition|omnibus|kanzenban|(?:official|digital(?:ly)?|full)[ -]colou?r(?:ed)?)(?![\\p{L}\\p{N}])`,
  'iu',
);
/** Without a bracket or a dash around it only words that are no part of a title. */
const plainEditions = new RegExp(
  `${notInWord}(?:(?:omnibus|deluxe|library|perfect|collector['’]?s|anniversary|definitive|complete|special|limited) edition|omnibus|kanzenban)(?![\\p{L}\\p{N}])`,
  'iu',
);

function editionOf(text: string): string | null {
  for (const found of text.matchAll(brackets)) {
    const label = (found[1] ?? found[2] ?? found[3] ?? '').trim();
    const edition = editions.exec(label)?.[0];
    if (edition !== undefined && edition.length === label.length) return edition;
  }
  return plainEditions.exec(text)?.[0] ?? null;
}

const languages = new Map<string, string>(
  Object.entries({
    english: 'en',
    eng: 'en',
    gb: 'en',
    japanese: 'ja',
    jp: 'ja',
    raw: 'ja',
    french: 'fr',
    vf: 'fr',
    german: 'de',
    spanish: 'es',
    italian: 'it',
    portuguese: 'pt',
    russian: 'ru',
    chinese: 'zh',
    cn: 'zh',
    korean: 'ko',
    kr: 'ko',
  }),
);
const shortLanguages = new Set(['en', 'ja', 'fr', 'de', 'es', 'it', 'pt', 'pt-br', 'ru', 'zh', 'ko', 'nl', 'pl', 'vi']);

function languageOf(label: string): string | null {
  const key = label.toLowerCase();
  return languages.get(key) ?? (shortLanguages.has(key) ? normaliseLanguage(key) : null);
}

const brackets = /[[【]([^\]】]*)(?:[\]】]|$)|\(((?:[^()]|\([^()]*\))*)(?:\)|$)|\{([^}]*)(?:\}|$)/gu;

interface Labels {
  year: number | null;
  group: string | null;
  language: string | null;
}

/** Reads what stands in brackets. A label before the title names the group, else the last one that nothing else explains. */
function readLabels(text: string): Labels {
  const labels: Labels = { year: null, group: null, language: null };
  let hasLeadingGroup = false;
  for (const found of text.matchAll(brackets)) {
    const label = (found[1] ?? found[2] ?? found[3] ?? '').trim();
    const year = years.exec(label)?.[1];
    const language = languageOf(label);
    if (year !== undefined) labels.year ??= Number(year);
    if (language !== null) labels.language ??= language;
    const isExplained =
      year !== undefined ||
      language !== null ||
      formats.test(label) ||
      label === '' ||
      found[0][0] === '{' ||
      isEdition(label);
    if (isExplained || hasLeadingGroup || isNumbered(label)) continue;
    labels.group = label;
    hasLeadingGroup = found.index === 0;
  }
  return labels;
}

const isEdition = (label: string) => editions.exec(label)?.[0].length === label.length;

const isNumbered = (label: string) =>
  firstMark(label, volumeMarks)?.index === 0 || firstMark(label, chapterMarks)?.index === 0 || /^of \d/iu.test(label);

/** The title: what is left before the first mark or bracket, without separators at its ends. */
function titleOf(text: string, marks: readonly (Mark | null)[]): string | null {
  const afterLabels = /^(?:\s*(?:\[[^\]]*\]|\([^)]*\)|【[^】]*】))+/u.exec(text)?.[0].length ?? 0;
  const starts = marks.flatMap((mark) => (mark === null || mark.index < afterLabels ? [] : [mark.index]));
  const bracket = text.slice(afterLabels).search(/[([{【]/u);
  const end = Math.min(text.length, ...starts, ...(bracket < 0 ? [] : [afterLabels + bracket]));
  const title = text.slice(afterLabels, end).replace(/\s+/gu, ' ');
  // A dot may belong to the title (`Neko.`), one between words is a space.
  const spaced = title.trim().includes(' ') ? title : title.replaceAll('.', ' ');
  return spaced.replace(/^[\s,#_-]+|[\s,#_:-]+$/gu, '') || null;
}

/**
 * Reads series, volume, chapter, year, group and language out of the name of a file or folder, in the styles in which people
 * name comics and manga. A guess: used only where no metadata says better.
 */
export function parseName(name: string): ParsedName {
  const text = name.slice(0, 500).normalize('NFC').replace(extension, '').replaceAll('_', ' ').trim();
  const volume = firstMark(text, volumeMarks);
  // The volume is blanked, so that its number is not taken for a chapter; positions stay.
  const rest =
    volume === null
      ? text
      : text.slice(0, volume.index) + ' '.repeat(volume.end - volume.index) + text.slice(volume.end);
  const marked = firstMark(rest, chapterMarks);
  const chapter = marked ?? (volume?.index === 0 ? null : firstMark(rest, bareMarks));
  return {
    series: titleOf(text, [volume, chapter]),
    volume: volume?.value ?? null,
    chapter: chapter?.value ?? null,
    ...readLabels(text),
    edition: editionOf(text),
    special: new RegExp(`${notInWord}SP\\d+(?![\\p{L}\\d])`, 'iu').test(text),
  };
}
