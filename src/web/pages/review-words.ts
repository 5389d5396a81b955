import type { FieldDifference, Preview, Provider, Reason } from '../api/metadata-types';
import { fieldLabel, valueText } from '../parts/field-words';
import { counted } from '../parts/format';

/** The codes of the server's reasons in words; what is not listed is shown by its code. */
const words: Record<string, string> = {
  id: 'an id in your files',
  'id-differs': 'another id than in your files',
  'title-same': 'same title',
  'title-same-letters': 'same title, spaced otherwise',
  'title-same-but-label': 'same title but for the edition',
  'title-same-subtitle': 'same subtitle',
  'title-part': 'your name is a part of the title',
  'title-typing-error': 'same title but for a letter or two',
  'title-words': 'shares words of the title',
  'title-beginning': 'your name is the beginning of the title',
  'title-none': 'another title',
  'label-same': 'same label in brackets',
  author: 'same author',
  'author-differs': 'another author',
  year: 'same year',
  'year-earlier': 'your folder is older than the title',
  volumes: 'same number of volumes',
  'volumes-too-many': 'you have more volumes than there are',
  'chapters-too-many': 'you have more chapters than there are',
  publisher: 'your publisher brings no manga',
  'edition-colored': 'a coloured edition, yours is not',
  'edition-not-colored': 'not the coloured edition',
  'edition-other-colors': 'coloured by somebody else',
  'kind-doujinshi': 'a doujinshi, yours does not say so',
  'kind-anthology': 'an anthology, yours does not say so',
  'kind-no-anthology': 'no anthology, yours says it is one',
  'kind-oneshot': 'a one-shot',
  'kind-no-oneshot': 'no one-shot, yours says it is one',
  'kind-no-web': 'no web comic, yours says it is one',
  'serial-exists': 'there is a serial of that name',
  'web-exists': 'there is a web comic of that name',
  'subtitle-left-out': 'only the subtitle is left out',
};

/** Reasons whose numbers or names a person wants to see. */
const telling = /^(?:author|year|volumes|chapters|publisher|id)/;

/** "same author: Mori Aoi", "your folder is older than the title: 1999 / 2010". */
export function reasonText({ code, detail }: Pick<Reason, 'code' | 'detail'>): string {
  const text = words[code] ?? code;
  return telling.test(code) && detail !== '' ? `${text}: ${detail}` : text;
}

/** How sure the server is, for people who do not think in numbers. */
export function likelihood(score: number, tied = false): string {
  if (tied) return 'but another one fits as well';
  if (score >= 0.9) return 'very likely';
  return score >= 0.75 ? 'likely' : 'possible';
}

const holders = { locked: 'locked', person: 'set by you', file: 'from your files' };

/** One line of the difference: what it is, what is there, what would be there. */
export interface DifferenceRow {
  label: string;
  before: string;
  after: string;
}

/** What a match would change: fields of the series one by one, those of books together. */
export function differenceRows(changes: readonly FieldDifference[]): DifferenceRow[] {
  const rowOf = ({ field, before, after }: FieldDifference, label = fieldLabel(field)) => ({
    ...{ label, before: valueText(before), after: valueText(after) },
  });
  const ofSeries = changes.filter(({ bookId }) => bookId === null).map((change) => rowOf(change));
  const ofBooks = changes.filter(({ bookId }) => bookId !== null);
  const names = [...new Set(ofBooks.map(({ field }) => field))];
  return [
    ...ofSeries,
    ...names.flatMap((field) => {
      const all = ofBooks.filter((change) => change.field === field);
      const [first] = all;
      return first ? [rowOf(first, `${fieldLabel(field)} of ${counted(all.length, 'book')}`)] : [];
    }),
  ];
}

/** "Summary (locked), Genres (from your files)"; '' when everything is free. */
export const keptText = (kept: Preview['kept']): string =>
  [...new Set(kept.map(({ field, because }) => `${fieldLabel(field)} (${holders[because]})`))].join(', ');

const timeOf = (instant: string) => new Date(instant).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit' });

/** How MangaDex is, in a sentence; `trouble`: it is not asked at the moment. */
export function providerText(state: Provider): { text: string; trouble: boolean } {
  const { mode, breaker, openUntil, pausedUntil, pauseReason, lastFailure } = state;
  const why = lastFailure === null ? '' : ` (${lastFailure})`;
  if (pausedUntil !== null)
    return {
      text: `MangaDex wants a pause until ${timeOf(pausedUntil)} (${pauseReason ?? 'it said so'}).`,
      trouble: true,
    };
  if (breaker === 'open')
    return { text: `MangaDex does not answer${why}. The next try is at ${timeOf(openUntil ?? '')}.`, trouble: true };
  if (breaker === 'half-open')
    return { text: `MangaDex did not answer lately${why}. The next look tells more.`, trouble: true };
  if (mode === 'off')
    return { text: 'MangaDex is switched off, but for libraries that say otherwise.', trouble: false };
  return { text: 'MangaDex answers.', trouble: false };
}

/** "312 matched, 40 without a title, 3 still to be looked up". */
export function progressText({ series, requested }: Provider): string {
  const parts: [number, string][] = [
    [series['matched'] ?? 0, 'matched'],
    [(series['none'] ?? 0) + (series['never'] ?? 0), 'without a title'],
    [requested, 'still to be looked up'],
  ];
  return parts.flatMap(([number, what]) => (number > 0 ? [`${number.toLocaleString('en')} ${what}`] : [])).join(', ');
}
