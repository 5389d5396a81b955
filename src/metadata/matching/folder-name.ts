import { isCjk } from './canonical';

/** What the name of a folder says about the title that lies in it. */
export interface FolderName {
  /** Names to look for, the most complete first; empty when the name is no title (`_unsorted`). */
  titles: string[];
  /** With its labels, as it is written: some titles have a label of their own, `Wind Breaker (JO Yongseok)`. */
  whole: string;
  /** Labels that may be people, or anything else: good for agreement only. */
  maybeAuthors: string[];
  year: number | null;
  traits: Traits;
  /** `{mangadex-…}`, `[anilist-123]`: ids that a person or a program wrote into the name, by MangaDex's keys of links. */
  ids: Record<string, string>;
}

export interface Traits {
  colored: boolean;
  fanColored: boolean;
  oneshot: boolean;
  web: boolean;
  anthology: boolean;
  doujinshi: boolean;
  /** No manga: a light novel, a book of pictures, a guide. */
  novel: boolean;
}

const junk =
  /^(?:_.*|[.~!#@]*(?:(?:un)?sorted|misc(?:ellaneous)?|new(?: folder)?|incoming|temp|tmp|downloads?|various|others?|manga|mangas|comics?|library|books?|to ?read|oneshots?|one-shots?|recycle|trash(?:es)?|eadir))$/iu;

const trait: Record<keyof Traits, RegExp> = {
  colored:
    /\b(?:(?:full[\s-]?|digital(?:ly)?[\s-]?|official[\s-]?|fan[\s-]?)?colou?r(?:ed|s|ized)?(?:[\s-](?:comics?|edition|ver(?:sion|\.)?))?)\s*$|カラー版|彩色版|컬러판/iu,
  fanColored: /\bfan[\s-]?colou?r/iu,
  oneshot: /\bone[\s-]?shot\b|読み?切り?|단편/iu,
  web: /\bweb(?:[\s-]?(?:comic|toon|manga|version))?\b/iu,
  anthology: /\banthology\b|アンソロジー/iu,
  doujinshi: /\bdou?jin(?:shi)?\b|同人/iu,
  novel: /\b(?:light|web)[\s-]?novels?\b|\bnovels?$|^LN$|\bepub\b|ラノベ|ライトノベル|小説/iu,
};

/** Words of an edition at the end of a name: it belongs to the serial (labelled/README.md). */
const edition = new RegExp(
  String.raw`[\s:,–-]*(?:\b(?:(?:the )?(?:omnibus|deluxe|perfect|master(?:piece)?|collector'?s|definitive|ultimate|complete|fully compiled|library|hardcover|anniversary|signature|vizbig|kanzenban|wide-?ban|bunko(?:ban)?|shinsou(?:ban)?|\d-in-\d|box ?set|remastered|digital|uncensored|official))(?: (?:edition|collection|series|version|omnibus|set))?|\b(?:special|limited) edition|(?:完全|新装|文庫|愛蔵|電子|特装|豪華|ワイド)版)\s*$`,
  'iu',
);

/** `Colossal Edition`, `All-in-One Edition`: whatever it is called. */
const anyEdition = /\s+(?:[:–-]\s+)?[\p{L}\d-]+ edition\s*$/iu;

const to = String.raw`(?:[-–~～+]|\bto\b|à|\bbis\b)`;
const volumes = String.raw`\d{1,4}(?:\.\d+)?`;
const chapters = String.raw`\d{1,5}(?:\.\d+)?`;
/** `01`, `01-12`, `1-3, 5`, `v01 to v12`. */
const range = (marks: string) => String.raw`${volumes}(?:\s*(?:${to}|,)\s*(?:${marks})?\s*${volumes})*`;

const pattern = (text: TemplateStringsArray, ...parts: string[]) =>
  new RegExp(String.raw(text, ...parts) + String.raw`\s*$`, 'iu');

/** Numbers of volumes, chapters and seasons at the end of a name. */
const numbering = [
  pattern`[\s,_-]*(?<![\p{L}\p{N}])(?:v|vol(?:ume)?s?|tome?s?|tomos?|bd|b[aä]nde?|t)\.?\s*${range('v|vol\\.?|t')}(?:\s*\+\s*extras?)?(?:\s+of\s+\d{1,4})?`,
  pattern`[\s,_-]*(?<![\p{L}\p{N}])(?:c|ch|chap(?:ter)?s?|ep(?:isode)?s?)\.?\s*${chapters}\s*${to}\s*(?:c|ch\.?)?\s*${chapters}`,
  // two numbers with nothing around them: only from the first one on, or a title would lose its own (`24-7`)
  pattern`[\s,_]+#?0*1\s*${to}\s*#?\d{1,4}`,
  pattern`[\s,_-]*全\s*\d{1,4}\s*[巻卷册冊話话集권]`,
  pattern`[\s,_-]*第\s*[一二三四五六七八九十百]{1,5}\s*[巻卷册冊集話话]`,
  pattern`[\s,_-]*(?:第\s*)?\d{1,4}(?:\s*[-–~～]\s*(?:第\s*)?\d{1,4})?\s*[巻卷册冊集話话권화](?:\s*[完了])?`,
  pattern`[\s,_-]*(?<![\p{L}\p{N}])s(?:eason\s*)?\d{1,2}(?:\s*[-–]\s*s?\d{1,2})?`,
  pattern`[\s,_-]*(?:시즌\s*\d{1,2}|\d{1,2}\s*부|第?[一二三四五六七八九\d]+季)`,
  pattern`[\s,_-]+(?:complete|completed|ongoing|finished|完結?|完结|완결)`,
];

/** Labels that say how or by whom the files were made. */
const noise =
  /^(?:digital.*|.*-empire|.*-repack|.*rip|.*scans?|.*scanlations?|c2c|hd|hq|lq|\d{3,4}p|\d{3,4}px|cbz|cbr|zip|rar|pdf|raws?|manga|manhwa|manhua|comics?|complete|completed|完結?|完结|ongoing|english|eng|en|japanese|jp|ja|french|fr|vf|german|de|spanish|es|kr|cn|chinese|korean|viz(?: media)?|yen press|kodansha.*|seven seas|dark horse|tokyopop|vertical|square enix|一般コミック|成年コミック|mixed|f\d?|fixed?|v\d|r\d|retail|official|ongoing|part \d+ of \d+)$/iu;

const idKeys: Record<string, string> = {
  mangadex: 'mangadex',
  md: 'mangadex',
  anilist: 'al',
  al: 'al',
  myanimelist: 'mal',
  mal: 'mal',
  mangaupdates: 'mu',
  mu: 'mu',
};

const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/iu;
const idLabel = /^(?<place>[a-z]+)(?:id)?[-:=_ ](?<id>[\w-]{1,40})$/iu;

function idOf(label: string): [string, string] | null {
  const found = idLabel.exec(label)?.groups;
  const key = idKeys[found?.['place']?.toLowerCase() ?? ''];
  if (key !== undefined && found?.['id'] !== undefined) return [key, found['id']];
  const whole = uuid.exec(label)?.[0];
  return whole === label ? ['mangadex', whole.toLowerCase()] : null;
}

const brackets = /\[([^\][]*)\]|【([^】]*)】|\(([^()]*(?:\([^()]*\)[^()]*)*)\)|\{([^{}]*)\}|「([^」]*)」/gu;

/** `トーキョーグール[JACK]`, `Ghoul[re]`: without a blank in front it is a part of the title. */
const attached = /(?<=[\p{L}\p{N}])\[:?(re|[A-Z]{1,5})\]/gu;

interface Labelled {
  title: string;
  labels: string[];
}

/** Takes the labels out of a name. Brackets can be the title itself (`[Oshi no Ko]`): never down to nothing. */
function splitLabels(text: string): Labelled {
  const labels = [...text.matchAll(brackets)].map((found) => found.slice(1).find((part) => part !== undefined) ?? '');
  const title = text.replace(brackets, ' ').replace(/\s+/gu, ' ').trim();
  if (/[\p{L}\p{N}]/u.test(withoutEnd(title, numbering))) return { title, labels: labels.map((label) => label.trim()) };
  const inside = labels.findIndex((label) => /\p{L}/u.test(label) && !noise.test(label) && idOf(label) === null);
  return { title: labels[inside]?.trim() ?? '', labels: labels.filter((_, index) => index !== inside) };
}

function withoutEnd(text: string, ends: readonly RegExp[]): string {
  for (let before = text; ; before = text) {
    for (const end of ends) {
      const shorter = text.replace(end, '');
      if (/[\p{L}\p{N}]/u.test(shorter)) text = shorter;
    }
    if (text === before) return text.trim();
  }
}

const invertedArticle = /^(?<title>.+),\s*(?<article>the|a|an|le|la|les|der|die|das|el|los|las|il)$/iu;

/** `Promised Neverland, The`, dots and underscores for blanks. */
function spaced(text: string): string {
  const blank =
    /\s/u.test(text) || !/\p{L}[._]\p{L}/u.test(text) ? text.replaceAll('_', ' ') : text.replace(/[._]/gu, ' ');
  return blank.replace(/\s+/gu, ' ').trim();
}

function upright(title: string): string {
  const found = invertedArticle.exec(title)?.groups;
  return found ? `${found['article'] ?? ''} ${found['title'] ?? ''}` : title;
}

const fileExtension = /\.(?:cb[7rtz]|zip|rar|7z|tar|pdf)$/iu;
const yearRange = /^((?:19|20)\d\d)(?:\s*[-–~]\s*(?:(?:19|20)\d\d)?)?$/u;

function traitsOf(title: string, labels: string[]): Traits {
  const texts = [title, ...labels];
  const has = (kind: keyof Traits) => texts.some((text) => trait[kind].test(text));
  return {
    ...{ colored: has('colored'), fanColored: has('fanColored'), oneshot: has('oneshot') },
    web: labels.slice(1).some((label) => trait.web.test(label)) || /\bweb ?(?:comic|toon)$/iu.test(title),
    ...{ anthology: has('anthology'), doujinshi: has('doujinshi'), novel: has('novel') },
  };
}

const isExplained = (label: string) =>
  label === '' ||
  noise.test(label) ||
  yearRange.test(label) ||
  Object.values(trait).some((pattern) => pattern.test(label)) ||
  edition.test(` ${label}`) ||
  numbering.some((pattern) => pattern.test(label)) ||
  idOf(label) !== null;

/** Reads the name of a folder (one-shot: file) the way people and release groups write it. */
export function readFolderName(name: string): FolderName {
  const text = spaced(name.slice(0, 300).normalize('NFC').replace(fileExtension, '').replace(attached, ' $1'));
  const { title, labels } = splitLabels(text);
  const year = [...labels].map((label) => yearRange.exec(label)?.[1]).find((found) => found !== undefined);
  const ids = Object.fromEntries(labels.flatMap((label) => [idOf(label)].filter((found) => found !== null)));
  const numbered = withoutEnd(title, numbering);
  const plain = upright(withoutEnd(numbered, [trait.colored, ...numbering, /[\s:–-]+$/u]));
  const shorter = upright(withoutEnd(plain, [edition, anyEdition, ...numbering, /[\s:–-]+$/u]));
  const unexplained = labels.filter((label) => !isExplained(label) && /\p{L}/u.test(label));
  const otherScript = unexplained.filter((label) => isCjk(label) !== isCjk(plain));
  const titles = junk.test(name.trim()) || junk.test(plain) ? [] : [upright(numbered), plain, shorter, ...otherScript];
  return {
    titles: [...new Set(titles.filter((candidate) => candidate !== ''))],
    whole: text,
    maybeAuthors: unexplained,
    year: year === undefined ? null : Number(year),
    traits: traitsOf(withoutEnd(title, [edition, ...numbering]), [withoutEnd(title, numbering), ...labels]),
    ids,
  };
}
