import type { Described, FieldState } from '../api/types';
import type { Author } from '../api/types';
import { directionText, languageText, statusText } from './format';

/** How a field is typed in. */
export type FieldKind = 'text' | 'long' | 'number' | 'date' | 'lines' | 'authors' | 'status' | 'direction';

export interface EditedField {
  name: string;
  kind: FieldKind;
  required?: boolean;
  hint?: string;
}

const labels: Record<string, string> = {
  title: 'Title',
  titleSort: 'Sorted as',
  status: 'Status',
  summary: 'Summary',
  readingDirection: 'Reading direction',
  publisher: 'Publisher',
  ageRating: 'Age rating',
  language: 'Language',
  genres: 'Genres',
  tags: 'Tags',
  totalBookCount: 'Number of books',
  sharingLabels: 'Sharing labels',
  links: 'Links',
  alternateTitles: 'Other titles',
  number: 'Number',
  numberSort: 'Sorted as number',
  releaseDate: 'Release date',
  authors: 'People',
  isbn: 'ISBN',
  group: 'Scanlation group',
  edition: 'Edition',
  volume: 'Volume',
  chapter: 'Chapter',
  special: 'Special',
};

export const fieldLabel = (field: string): string => labels[field] ?? field;

const perLine = 'One a line.';

/** What a person changes in the form, in its order. */
export const editedFields: Record<Described, EditedField[]> = {
  series: [
    { name: 'title', kind: 'text', required: true },
    { name: 'titleSort', kind: 'text', required: true },
    { name: 'summary', kind: 'long' },
    { name: 'status', kind: 'status' },
    { name: 'readingDirection', kind: 'direction' },
    { name: 'language', kind: 'text', hint: 'As a tag: en, ja, pt-BR.' },
    { name: 'publisher', kind: 'text' },
    { name: 'ageRating', kind: 'number', hint: 'Readers with a limit do not see series above it.' },
    { name: 'totalBookCount', kind: 'number', hint: 'How many there are, also those that you do not have.' },
    { name: 'genres', kind: 'lines', hint: perLine },
    { name: 'tags', kind: 'lines', hint: perLine },
    { name: 'sharingLabels', kind: 'lines', hint: `${perLine} Users can be limited to series with or without them.` },
  ],
  books: [
    { name: 'title', kind: 'text', required: true },
    { name: 'number', kind: 'text', required: true },
    { name: 'numberSort', kind: 'number', required: true, hint: 'Its place in the series; 1.5 is between 1 and 2.' },
    { name: 'summary', kind: 'long' },
    { name: 'releaseDate', kind: 'date' },
    { name: 'authors', kind: 'authors' },
    { name: 'tags', kind: 'lines', hint: perLine },
    { name: 'isbn', kind: 'text' },
  ],
};

const sources = { name: 'From the name', file: 'From the files', mangadex: 'From MangaDex', person: 'Set by a person' };

const isUnset = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Worth a line: somebody has said something, or wants it left as it is. */
export const isTold = ({ value, source, locked }: FieldState): boolean => source !== null || locked || !isUnset(value);

/** Who gave a field its value. What nobody has set comes from names and places, or is not there. */
export function originText(kind: Described, { field, value, source }: FieldState): string {
  if (source !== null) return sources[source];
  if (field === 'title' || field === 'titleSort')
    return kind === 'series' ? 'From the name of the folder' : 'From the name of the file';
  if (field === 'number' || field === 'numberSort') return 'From the order of the files';
  if (field === 'status') return 'Assumed: nothing says otherwise';
  return isUnset(value) ? 'Nothing is known' : 'From the server';
}

/** A person, or a provider, has spoken: the files can have the word again. */
export const canRelease = ({ source }: FieldState): boolean => source === 'person' || source === 'mangadex';

/** Any value of a field for people. */
export function valueText(value: unknown, field = ''): string {
  if (isUnset(value) || value === undefined) return '–';
  if (Array.isArray(value)) return [...new Set(value.map(partText))].join(', ');
  if (typeof value !== 'string') return partText(value);
  if (field === 'language') return languageText(value);
  return statusText({ metadata: { status: value } }) || directionText(value) || value;
}

function partText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, title, label } = value as { name?: string; title?: string; label?: string };
  return name ?? title ?? label ?? '';
}

/** What stands in the form: texts as they are typed, people as a list. */
export type Typed = string | Author[];

export function typedOf(kind: FieldKind, value: unknown): Typed {
  if (kind === 'authors') return (value ?? []) as Author[];
  if (Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What the server is sent for it; null is nothing. */
export function sentOf(kind: FieldKind, typed: Typed): unknown {
  if (typeof typed !== 'string') return typed.filter(({ name, role }) => name.trim() !== '' && role.trim() !== '');
  const text = typed.trim();
  if (kind === 'lines')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  if (kind === 'number') return text === '' ? null : Number(text);
  if (kind === 'date' || kind === 'direction') return text === '' ? null : text;
  return text;
}

/** What was touched in the form. */
export interface Draft {
  typed: Record<string, Typed>;
  locks: Record<string, boolean>;
}

const sameAs = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function isChanged({ name, kind }: EditedField, { value }: FieldState, { typed }: Draft): boolean {
  const now = typed[name];
  return now !== undefined && !sameAs(sentOf(kind, now), sentOf(kind, typedOf(kind, value)));
}

/** What a person says is locked unless they say otherwise. */
export const lockOf = (field: EditedField, state: FieldState, draft: Draft): boolean =>
  draft.locks[field.name] ?? (state.locked || isChanged(field, state, draft));

/** The body that makes the server say the same as the form. */
export function changesIn(kind: Described, states: readonly FieldState[], draft: Draft): Record<string, unknown> {
  const entries = editedFields[kind].flatMap((field): [string, unknown][] => {
    const state = states.find((one) => one.field === field.name);
    if (state === undefined) return [];
    const locked = lockOf(field, state, draft);
    return [
      ...(isChanged(field, state, draft)
        ? [[field.name, sentOf(field.kind, draft.typed[field.name] ?? '')] as [string, unknown]]
        : []),
      ...(locked === state.locked ? [] : [[`${field.name}Lock`, locked] as [string, unknown]]),
    ];
  });
  return Object.fromEntries(entries);
}

/** The draft with a field typed. While a series is sorted by its title as it is, a new title is what it is sorted by. */
export function typedInto(states: readonly FieldState[], draft: Draft, name: string, typed: Typed): Draft {
  const now = (field: string) => draft.typed[field] ?? states.find((state) => state.field === field)?.value;
  const follows = name === 'title' && now('titleSort') === now('title');
  return { ...draft, typed: { ...draft.typed, [name]: typed, ...(follows && { titleSort: typed }) } };
}
