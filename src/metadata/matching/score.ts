import type { MatchReason } from '../../base/values';
import type { Kind, ProviderTitle } from '../provider';
import { canonical, canonicalWords, editDistance, isCjk } from './canonical';
import { readFolderName } from './folder-name';
import { formOf, likeness, type Form, type Likeness } from './similarity';
import type { Subject } from './subject';

/** Raised when the rules change: what an older version left open is tried again. */
export const matcherVersion = 2;

/** From here a match is made without asking. */
export const automaticFrom = 0.9;
/** From here a person is asked. */
export const proposedFrom = 0.6;

export type Reason = MatchReason;

export interface Scored {
  title: ProviderTitle;
  /** 0…1, above 1 when more than the name agrees. */
  score: number;
  reasons: Reason[];
}

/** Another name than the main one proves a little less: editions repeat the names of the serial (mangadex.md §4.2). */
const alternativeLoss = 0.02;

/** A name without its label says less than one without any: hardly if the label is a kind that is compared by itself… */
const labelLoss = 0.005;
/** … clearly if it tells an edition: `Azumanga Daioh (2009 Print)`… */
const editionLoss = 0.06;
const editionLabel = /[([{][^)\]}]*(?:\d|\b(?:edition|version|ver|release|print|reprint|remake)\b)/iu;
/** … and most if it is somebody's name: it stands there because other works have this one (`Dice (Yoon Hyunseok)`). */
const namesakeLoss = 0.105;

interface NameMatch extends Likeness {
  ours: string;
  theirs: string;
  isMain: boolean;
  /** The name agrees only without the label that it has. */
  isStripped: boolean;
}

interface TheirName {
  form: Form;
  title: string;
  isMain: boolean;
  isStripped: boolean;
  loss: number;
}

function lossOf(title: string, unexplained: readonly string[]): number {
  if (editionLabel.test(title)) return editionLoss;
  return unexplained.length > 0 ? namesakeLoss : labelLoss;
}

function namesOf({ titles }: ProviderTitle): TheirName[] {
  return titles.flatMap(({ title }, index) => {
    const isMain = index === 0;
    const read = /[([{]/u.test(title) ? readFolderName(title) : null;
    const stripped = read?.titles.at(-1);
    const nameLoss = isMain ? 0 : alternativeLoss;
    const whole = { form: formOf(title), title, isMain, isStripped: false, loss: nameLoss };
    if (stripped === undefined) return [whole];
    const loss = nameLoss + lossOf(title, read?.maybeAuthors ?? []);
    return [whole, { form: formOf(stripped), title, isMain, isStripped: true, loss }];
  });
}

function bestName(ours: Form[], title: ProviderTitle): NameMatch {
  let best: NameMatch = { points: 0, code: 'none', ours: '', theirs: '', isMain: false, isStripped: false };
  for (const { form: theirs, title: name, isMain, isStripped, loss: nameLoss } of namesOf(title)) {
    for (const [rank, form] of ours.entries()) {
      const { points, code } = likeness(form, theirs);
      // of names that agree alike the more trusted one counts
      const loss = nameLoss + Math.min(rank, 5) * 0.001;
      if (points - loss <= best.points) continue;
      best = { points: points - loss, code, ours: form.title, theirs: name, isMain, isStripped };
    }
  }
  return best;
}

const nameWords = (name: string): string[] => canonicalWords(name).filter((word) => word.length > 1);

/** In any order, with an error or two: Miura Kentarou, Kentaro Miura. */
function isSamePerson(a: string, b: string): boolean {
  const [ours, theirs] = [nameWords(a), nameWords(b)];
  if (ours.length === 0 || theirs.length === 0) return false;
  if (ours.join('') === theirs.join('')) return true;
  if (ours.length !== theirs.length || ours.length < 2) return false;
  return ours.every((word) =>
    theirs.some((other) => word === other || (word.length >= 5 && editDistance(word, other) <= 1)),
  );
}

function authorReason({ authors, maybeAuthors }: Subject, title: ProviderTitle): Reason | null {
  const theirs = title.authors.map(({ name }) => name);
  const agrees = (name: string) => theirs.some((other) => isSamePerson(name, other));
  const found = [...authors, ...maybeAuthors].find(agrees);
  if (found !== undefined) return { code: 'author', detail: found, points: 0.08 };
  // the same person in another script looks like another person
  const comparable = authors.filter((name) => !isCjk(name) && theirs.some((other) => !isCjk(other)));
  if (comparable.length === 0) return null;
  return { code: 'author-differs', detail: `${comparable.join(', ')} / ${theirs.join(', ')}`, points: -0.12 };
}

/** An edition in another language comes later; one that is years older is another work. */
function yearReason({ year }: Subject, title: ProviderTitle): Reason | null {
  if (year === null || title.year === null) return null;
  const detail = `${year} / ${title.year}`;
  if (year === title.year) return { code: 'year', detail, points: 0.03 };
  if (year < title.year - 1) return { code: 'year-earlier', detail, points: year < title.year - 3 ? -0.25 : -0.1 };
  return null;
}

function countReason({ lastVolume, lastChapter }: Subject, title: ProviderTitle): Reason | null {
  const { totalVolumes, totalChapters } = title;
  if (lastVolume !== null && totalVolumes !== null) {
    const detail = `${lastVolume} / ${totalVolumes}`;
    if (lastVolume === totalVolumes && lastVolume > 1) return { code: 'volumes', detail, points: 0.04 };
    // a bonus volume, or one more in another country, is common
    if (lastVolume > totalVolumes + 2 && lastVolume > totalVolumes * 1.3)
      return { code: 'volumes-too-many', detail, points: -0.12 };
  }
  if (
    lastChapter !== null &&
    totalChapters !== null &&
    lastChapter > totalChapters + 5 &&
    lastChapter > totalChapters * 1.2
  )
    return { code: 'chapters-too-many', detail: `${lastChapter} / ${totalChapters}`, points: -0.12 };
  return null;
}

/** Publishers that bring no manga: a comic of theirs with the name of a manga is not that manga. */
const western =
  /\b(?:marvel|dc(?: comics)?|image(?: comics)?|idw|boom|dynamite|valiant|vertigo|2000 ?ad|rebellion|archie|aftershock|delcourt|dargaud|dupuis|glénat bd|casterman|panini comics)\b/iu;

/** By its tags, and by the labels of its own name: `(Official Colored)`, `(Oneshot)`. */
function kindsOf({ kinds, titles }: ProviderTitle): ReadonlySet<Kind> {
  const { traits } = readFolderName(titles[0]?.title ?? '');
  const named: [boolean, Kind][] = [
    [traits.colored && !traits.fanColored, 'official-colored'],
    [traits.fanColored, 'fan-colored'],
    [traits.oneshot, 'oneshot'],
    [traits.doujinshi, 'doujinshi'],
    [traits.anthology, 'anthology'],
    [traits.web, 'web'],
  ];
  return new Set([...kinds, ...named.flatMap(([isSo, kind]) => (isSo ? [kind] : []))]);
}

/** The folder has the full main name of the record, and one that nothing else is likely to have. */
function isOwnName({ code, isMain, isStripped, theirs }: NameMatch): boolean {
  const words = canonicalWords(theirs);
  const isTelling = words.length >= 3 && words.join('').length >= 12;
  return isMain && !isStripped && isTelling && (code === 'same' || code === 'same-letters');
}

/** Web comics of Korea and China come out in colour: tagged so, they are no edition of something else. */
function isBornInColor({ kinds, originalLanguage, titles, relations }: ProviderTitle): boolean {
  const isWebComic = (kinds.includes('web') || kinds.includes('long-strip')) && /^(?:ko|zh)/u.test(originalLanguage);
  const isLabelled = titles.some(({ title }) => readFolderName(title).traits.colored);
  return isWebComic && !isLabelled && relations.every(({ relation }) => relation !== 'monochrome');
}

/** The edition in the name decides, both ways. */
function editionReasons(subject: Subject, title: ProviderTitle, name: NameMatch): Reason[] {
  const { traits } = subject;
  const kinds = kindsOf(title);
  const isColored = (kinds.has('official-colored') && !isBornInColor(title)) || kinds.has('fan-colored');
  // a record whose own name is in the folder is what it is: there is no other edition of it
  const own = isOwnName(name);
  const rules: [applies: boolean, code: string, points: number][] = [
    [isColored && !traits.colored, 'edition-colored', own ? -0.08 : -0.4],
    [!isColored && traits.colored, 'edition-not-colored', -0.4],
    [isColored && traits.colored && traits.fanColored !== kinds.has('fan-colored'), 'edition-other-colors', -0.12],
    [kinds.has('doujinshi') && !traits.doujinshi, 'kind-doujinshi', own ? -0.05 : -0.25],
    [kinds.has('anthology') && !traits.anthology, 'kind-anthology', own ? -0.03 : -0.12],
    [!kinds.has('anthology') && traits.anthology, 'kind-no-anthology', -0.3],
    [traits.web && !kinds.has('web') && !kinds.has('long-strip'), 'kind-no-web', -0.2],
    [kinds.has('oneshot') && !mayBeOneshot(subject, name), 'kind-oneshot', -0.15],
    [!kinds.has('oneshot') && traits.oneshot, 'kind-no-oneshot', -0.2],
  ];
  const detail = title.titles[0]?.title ?? '';
  return rules.flatMap(([applies, code, points]) => (applies ? [{ code, detail, points }] : []));
}

/** Its other names are those of the serial that came of it. */
function mayBeOneshot({ traits, bookCount, lastVolume }: Subject, name: NameMatch): boolean {
  if (traits.oneshot || traits.doujinshi || bookCount === 1) return true;
  if ((lastVolume ?? 0) > 1 || (bookCount ?? 0) > 3) return false;
  return name.isMain && !name.isStripped && (name.code === 'same' || name.code === 'same-letters');
}

/** The whole name with its labels is a name of the title. */
function labelReason({ whole }: Subject, { titles }: ProviderTitle): Reason | null {
  if (!/[([{]/u.test(whole)) return null;
  const ours = canonical(whole);
  const found = titles.find(({ title }) => /[([{]/u.test(title) && canonical(title) === ours);
  return found ? { code: 'label-same', detail: found.title, points: 0.08 } : null;
}

/** Ids of the same place that agree or differ: nearly a proof, since somebody wrote them into the file. */
function idReason({ ids }: Subject, title: ProviderTitle): Reason | null {
  if (ids['mangadex'] === title.id) return { code: 'id', detail: title.url, points: 1 };
  for (const [place, id] of Object.entries(title.foreignIds)) {
    const ours = ids[place];
    if (ours === undefined) continue;
    return ours === id.toLowerCase()
      ? { code: 'id', detail: `${place} ${id}`, points: 1 }
      : { code: 'id-differs', detail: `${place} ${ours} / ${id}`, points: -0.2 };
  }
  return null;
}

/** How well a title of the provider fits, and why. */
export function score(subject: Subject, ours: Form[], title: ProviderTitle): Scored {
  const name = bestName(ours, title);
  const detail = `${name.ours} / ${name.theirs}`;
  const id = idReason(subject, title);
  const others = [
    authorReason(subject, title),
    yearReason(subject, title),
    countReason(subject, title),
    ...editionReasons(subject, title, name),
    labelReason(subject, title),
    id?.code === 'id-differs' ? id : null,
    western.test(subject.publisher) ? { code: 'publisher', detail: subject.publisher, points: -0.3 } : null,
  ];
  const reasons = [
    ...(id?.code === 'id' ? [id] : []),
    { code: `title-${name.code}`, detail, points: name.points },
    ...others.filter((reason) => reason !== null),
  ];
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  return { title, score: Math.max(0, sum), reasons: reasons.map(rounded) };
}

const rounded = (reason: Reason): Reason => ({ ...reason, points: Math.round(reason.points * 1000) / 1000 });

export const formsOf = (subject: Subject): Form[] => subject.titles.map(formOf);
