import { line } from './wording';

/** Somebody who worked on a book; the role in ComicInfo's words: writer, penciller, inker, colorist, letterer, cover, editor, translator. */
export interface Person {
  name: string;
  role: string;
}

const writing = new Set(['writer', 'author', 'original creator', 'story']);
const drawing = new Set(['penciller', 'penciler', 'artist', 'illustrator', 'mangaka']);

function namesOf(people: Person[]): string[] {
  return [...new Set(people.map((person) => line(person.name)).filter((name) => name !== ''))];
}

/**
 * Authors and contributors by name, each person once. Writers stand last among the authors, because KOReader shows only the
 * last one (opds.md §2.8); who did neither write nor draw is a contributor.
 */
export function credits(people: Person[]): { authors: string[]; contributors: string[] } {
  const isRole = (roles: Set<string>) => (person: Person) => roles.has(person.role.toLowerCase());
  const writers = namesOf(people.filter(isRole(writing)));
  const artists = namesOf(people.filter(isRole(drawing))).filter((name) => !writers.includes(name));
  const authors = [...artists, ...writers];
  return { authors, contributors: namesOf(people).filter((name) => !authors.includes(name)) };
}

/** Keys of a Readium manifest by role; a writer is an author there too, which Komga forgets. */
const keys: Record<string, string> = {
  writer: 'author',
  author: 'author',
  mangaka: 'author',
  translator: 'translator',
  editor: 'editor',
  artist: 'artist',
  illustrator: 'illustrator',
  letterer: 'letterer',
  penciller: 'penciler',
  penciler: 'penciler',
  colorist: 'colorist',
  inker: 'inker',
};

/** People by the keys of a Readium manifest; roles without a key of their own are contributors who say their role. */
export function contributorsByKey(people: Person[]): Record<string, { name: string; role?: string }[]> {
  const found: Record<string, { name: string; role?: string }[]> = {};
  for (const { name, role } of people) {
    const key = keys[role.toLowerCase()] ?? 'contributor';
    const person = { name: line(name), ...(key === 'contributor' && line(role) !== '' ? { role: line(role) } : {}) };
    const list = (found[key] ??= []);
    if (person.name !== '' && !list.some((other) => other.name === person.name && other.role === person.role))
      list.push(person);
  }
  return found;
}
