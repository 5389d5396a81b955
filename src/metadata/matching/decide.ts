import type { ProviderTitle } from '../provider';
import { automaticFrom, formsOf, proposedFrom, score, type Reason, type Scored } from './score';
import type { Subject } from './subject';

export type Outcome = 'matched' | 'proposed' | 'none';

export interface Decision {
  outcome: Outcome;
  /** The best first, all that are worth a look. */
  candidates: Scored[];
}

const mostCandidates = 5;
/** A second one this near makes the first a guess. */
const lead = 0.045;

const codeOf = ({ reasons }: Scored) => reasons.find(({ code }) => code.startsWith('title-'))?.code ?? '';
const isProved = ({ reasons }: Scored) => reasons.some(({ code }) => code === 'id');
const has = ({ reasons }: Scored, code: string) => reasons.some((reason) => reason.code === code);

/** What a title was made from: only one of the two is in the folder, most likely the later. */
const sources = new Set(['preserialization', 'based_on', 'adapted_from']);
/** What a title goes on from: with one name for both, the folder has the first. */
const origins = new Set(['prequel', 'main_story']);
const followers = new Set(['sequel', 'side_story', 'spin_off', 'doujinshi', 'colored']);

const relates = (a: ProviderTitle, b: ProviderTitle, kinds: ReadonlySet<string>) =>
  a.relations.some(({ id, relation }) => id === b.id && kinds.has(relation));

/** True when the folder has the first rather than the second, if both have its name. */
function goesBefore(first: ProviderTitle, second: ProviderTitle, wantsWeb: boolean): boolean {
  const isMade = relates(first, second, sources) || relates(second, first, new Set(['serialization']));
  if (isMade) return !wantsWeb;
  return relates(second, first, origins) || relates(first, second, followers);
}

function withReason(scored: Scored, reason: Reason): Scored {
  return { ...scored, score: Math.max(0, scored.score + reason.points), reasons: [...scored.reasons, reason] };
}

/** Of titles with one name: the serial before its one-shot and before the web comic that it came from. */
function preferSerials(subject: Subject, ranked: Scored[]): Scored[] {
  const equals = ranked.filter((scored) => scored.score >= automaticFrom - lead);
  if (equals.length < 2) return ranked;
  const detail = (other: Scored) => other.title.titles[0]?.title ?? '';
  return ranked.map((scored) => {
    if (!equals.includes(scored)) return scored;
    const others = equals.filter((other) => other !== scored);
    const isWeb = (title: ProviderTitle) => title.kinds.includes('web');
    const better = others.find((other) => goesBefore(other.title, scored.title, subject.traits.web));
    if (better) return withReason(scored, { code: 'serial-exists', detail: detail(better), points: -0.1 });
    const isOneshot = scored.title.kinds.includes('oneshot');
    const serial = others.find((other) => !other.title.kinds.includes('oneshot'));
    if (isOneshot && !subject.traits.oneshot && serial)
      return withReason(scored, { code: 'serial-exists', detail: detail(serial), points: -0.1 });
    if (subject.traits.web && !isWeb(scored.title) && others.some((other) => isWeb(other.title)))
      return withReason(scored, { code: 'web-exists', detail: detail(scored), points: -0.1 });
    return scored;
  });
}

/** A name that says only a part of the title, or has an error, must be the only one of its kind among the hits. */
const weak = new Set([
  'title-part',
  'title-typing-error',
  'title-same-subtitle',
  'title-same-but-label',
  'title-beginning',
]);

/** `かぐや様は告らせたい`: the subtitle is left out. Good only for a work that has no other in front of it. */
function isBareMain({ title }: Scored): boolean {
  const odd = title.kinds.some((kind) => kind !== 'long-strip' && kind !== 'web' && kind !== 'adaptation');
  return !odd && !title.relations.some(({ relation }) => origins.has(relation));
}

function isConvincing(ranked: Scored[]): boolean {
  const [first, second] = ranked;
  if (first === undefined) return false;
  if (isProved(first)) return second === undefined || !isProved(second);
  if (first.score < automaticFrom) return false;
  if (second !== undefined && first.score - second.score < lead) return isSettled(first, second);
  if (weak.has(codeOf(first)) && second !== undefined && second.score >= first.score - 0.1 && weak.has(codeOf(second)))
    return has(first, 'author');
  return true;
}

/** Two that fit alike by name: evidence beside it decides. */
function isSettled(first: Scored, second: Scored): boolean {
  const isExact = (scored: Scored) => codeOf(scored) === 'title-same' || codeOf(scored) === 'title-same-letters';
  if (has(first, 'author') && !has(second, 'author')) return true;
  return isExact(first) && !isExact(second) && first.score - second.score >= 0.03;
}

/** A long name without its subtitle, in a script whose names are telling. */
function raised(scored: Scored, subject: Subject): Scored {
  if (codeOf(scored) !== 'title-beginning') return scored;
  const longest = Math.max(...subject.titles.map((title) => title.length));
  const isEvident = has(scored, 'author') || has(scored, 'volumes');
  const isTelling =
    longest >= 9 &&
    /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\p{Script=Hangul}]/u.test(subject.titles[0] ?? '');
  if (!isBareMain(scored) || (!isEvident && !isTelling)) return scored;
  return withReason(scored, { code: 'subtitle-left-out', detail: scored.title.titles[0]?.title ?? '', points: 0.12 });
}

/** Ranks what was found and decides: made without asking, put before a person, or nothing. */
export function decide(subject: Subject, found: Iterable<ProviderTitle>): Decision {
  if (subject.traits.novel) return { outcome: 'none', candidates: [] };
  const forms = formsOf(subject);
  const scored = [...found].map((title) => raised(score(subject, forms, title), subject));
  const ranked = preferSerials(subject, scored).sort(byScore);
  const candidates = ranked
    .filter((candidate) => candidate.score >= proposedFrom || isProved(candidate))
    .slice(0, mostCandidates);
  if (candidates.length === 0) return { outcome: 'none', candidates };
  return { outcome: isConvincing(ranked) ? 'matched' : 'proposed', candidates };
}

const byScore = (a: Scored, b: Scored) =>
  Number(isProved(b)) - Number(isProved(a)) || b.score - a.score || (a.title.id < b.title.id ? -1 : 1);
