import { constant, type Sql } from './sql';

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `s.title_sort as "titleSort", …`: columns of a table under the names of the view. */
export const columns = (alias: string, names: readonly string[], prefix = ''): Sql =>
  constant(names.map((name) => `${alias}.${snake(name)} as "${prefix}${name}"`).join(', '));
