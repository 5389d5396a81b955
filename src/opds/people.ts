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
