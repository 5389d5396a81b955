import { canonicalWords, editDistance, isCjk, numbersIn } from './canonical';

/** How one of our names and one of the provider's agree. */
export interface Likeness {
  /** 0…1: 1 is the same name. */
  points: number;
  code:
    | 'same'
    | 'same-letters'
    | 'same-but-label'
    | 'same-subtitle'
    | 'part'
    | 'typing-error'
    | 'words'
    | 'beginning'
    | 'none';
}

const none: Likeness = { points: 0, code: 'none' };

/** Words that one edition's name has and another's has not: `Clear Card`, `Clear Card Arc`. */
const labels = new Set([
  'arc',
  'hen',
  'saga',
  'manga',
  'webcomic',
  'comic',
  'comics',
  'series',
  'edition',
  'official',
  'colored',
  'coloured',
  'full',
  'color',
  'colour',
  'digital',
  'fan',
  'oneshot',
  'doujinshi',
  'anthology',
]);

/** A colon, a dash between blanks, a wave: what follows is a subtitle. */
const subtitleMark = /\s*[:：]\s+|\s+[-–—~～]\s*|\s*[~～－―]|\s+\|\s+/u;

export interface Form {
  title: string;
  words: string[];
  joined: string;
  /** Without the words of an edition. */
  bare: string;
  numbers: string;
  /** Before and after the first mark of a subtitle. */
  head: string;
  tail: string;
}

/** What comparing needs of a title, made once. */
export function formOf(title: string): Form {
  const words = canonicalWords(title);
  const [head = '', ...rest] = title.split(subtitleMark).filter((part) => /[\p{L}\p{N}]/u.test(part));
  const join = (text: string) => canonicalWords(text).join('');
  return {
    title,
    words,
    joined: words.join(''),
    bare: words.filter((word) => !labels.has(word)).join(''),
    numbers: numbersIn(title),
    head: rest.length === 0 ? '' : join(head),
    tail: rest.length === 0 ? '' : join(rest.join(' ')),
  };
}

/** Typing errors that a name of this length may have; short names must be right. */
const allowedErrors = (length: number): number => {
  if (length < 9) return 0;
  return length < 22 ? 1 : 2;
};

/** All words of one are words of the other: what is left over is a word, no error (`Dragon Ball`, `Dragon Ball Z`). */
function hasWordMore(ours: Form, theirs: Form): boolean {
  if (ours.words.length === theirs.words.length) return false;
  const [fewer, more] = ours.words.length < theirs.words.length ? [ours, theirs] : [theirs, ours];
  const rest = [...more.words];
  return fewer.words.every((word) => {
    const at = rest.indexOf(word);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

/** Without one of its words a name is the other one: that word is no error, however the rest is spaced (`Akane Banashi Z`). */
function isOneWordLonger(longer: Form, other: Form, distance: number): boolean {
  return longer.words.some((word, index) => {
    const rest = longer.words.filter((_, at) => at !== index).join('');
    return word.length <= distance && editDistance(rest, other.joined) + word.length <= distance;
  });
}

/** Letters at the end of a name tell works apart: `R` and `Jr`, `X` and `Z`. */
function differsInShortEnd(ours: Form, theirs: Form): boolean {
  const [last = '', other = ''] = [ours.words.at(-1), theirs.words.at(-1)];
  return last !== other && Math.min(last.length, other.length) <= 3;
}

/** An error must not be all that tells two words apart: `Gamers` and `Gamer`, `Girl` and `Girls` in short names. */
function isTypingError(ours: Form, theirs: Form): boolean {
  if (isCjk(ours.joined) || ours.numbers !== theirs.numbers || hasWordMore(ours, theirs)) return false;
  const length = Math.min(ours.joined.length, theirs.joined.length);
  const errors = allowedErrors(length);
  if (errors === 0 || Math.abs(ours.joined.length - theirs.joined.length) > errors) return false;
  if (ours.joined[0] !== theirs.joined[0]) return false;
  const distance = editDistance(ours.joined, theirs.joined);
  if (distance > errors || differsInShortEnd(ours, theirs)) return false;
  return !isOneWordLonger(ours, theirs, distance) && !isOneWordLonger(theirs, ours, distance);
}

/** Enough of a name to stand for the whole: two words and twelve letters, or eight in a script without blanks. */
const isTelling = (joined: string, words: number) =>
  isCjk(joined) ? joined.length >= 6 : words >= 2 && joined.length >= 12;

function sharedWords(ours: Form, theirs: Form): number {
  const rest = [...theirs.words];
  let shared = 0;
  for (const word of ours.words) {
    const at = rest.findIndex((other) => other === word || (word.length >= 6 && editDistance(word, other) <= 1));
    if (at < 0) continue;
    rest.splice(at, 1);
    shared += word.length;
  }
  const total = Math.max(ours.joined.length, theirs.joined.length);
  return total === 0 ? 0 : shared / total;
}

export function likeness(ours: Form, theirs: Form): Likeness {
  if (ours.joined === '' || theirs.joined === '') return none;
  if (ours.words.join(' ') === theirs.words.join(' ')) return { points: 1, code: 'same' };
  if (ours.joined === theirs.joined) return { points: 0.98, code: 'same-letters' };
  if (ours.bare !== '' && ours.bare === theirs.bare) return { points: 0.95, code: 'same-but-label' };
  if (ours.numbers !== theirs.numbers) return { points: sharedWords(ours, theirs) * 0.7, code: 'words' };
  const sharesHead = ours.words[0] === theirs.words[0];
  if (sharesHead && ours.tail !== '' && ours.tail === theirs.tail && isTelling(ours.tail, 2)) {
    return { points: 0.93, code: 'same-subtitle' };
  }
  if (isTypingError(ours, theirs)) return { points: 0.92, code: 'typing-error' };
  if (ours.joined === theirs.tail && isTelling(ours.joined, ours.words.length)) return { points: 0.93, code: 'part' };
  if (ours.joined === theirs.head) return { points: 0.8, code: 'beginning' };
  const shared = sharedWords(ours, theirs);
  return shared > 0 ? { points: shared * 0.85, code: 'words' } : none;
}
