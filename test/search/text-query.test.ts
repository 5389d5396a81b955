import { parseTextQuery, wantedWords, wordsOf, type NameKind, type TextQuery } from '../../src/search/text-query';

const kindOf = (name: string): NameKind => (['genre', 'title', 'release_date'].includes(name) ? 'field' : 'role');

/** Short enough to be compared: `genre:(a b)`, `"a b"`, `not(…)`. */
function show(query: TextQuery | null): string {
  if (query === null) return '';
  if (query.kind === 'not') return `not(${show(query.part)})`;
  if (query.kind === 'signs') return `signs(${query.text})`;
  if (query.kind === 'all' || query.kind === 'any') return `${query.kind}(${query.parts.map(show).join(' ')})`;
  const field = query.field === null ? '' : `${query.field}:`;
  if (query.kind === 'range') return `${field}[${query.from}..${query.to}]`;
  if (query.kind === 'phrase') return `${field}"${query.words.join(' ')}"`;
  return field + query.words.map((word) => word.text + (word.anywhere ? '*' : '')).join('+');
}
const read = (text: string) => show(parseTextQuery(text, kindOf));

test.each([
  ['', ''],
  ['  ', ''],
  ['Batman', 'batman'],
  ['batman robin', 'all(batman robin)'],
  ['x-men', 'x+men'],
  ['batman,robin;joker', 'batman+robin+joker'],
  ['"Batman & Robin"', '"batman robin"'],
  ['-horror', 'not(horror)'],
  ['!bang', 'not(bang)'],
  ['NOT horror', 'not(horror)'],
  ['batman -robin', 'all(batman not(robin))'],
  ['+batman +robin', 'all(batman robin)'],
  ['batman AND robin', 'all(batman robin)'],
  ['batman && robin', 'all(batman robin)'],
  ['batman OR robin joker', 'any(batman all(robin joker))'],
  ['batman || robin', 'any(batman robin)'],
  ['(batman OR robin) -joker', 'all(any(batman robin) not(joker))'],
  ['batman or robin', 'all(batman or robin)'],
  ['bat*', 'bat*'],
  ['b?tman', 'b?tman'],
  ['roam~', 'roam'],
  ['roam~0.8 batman^2', 'all(roam batman)'],
  ['genre:horror', 'genre:horror'],
  ['genre:"Science Fiction"', 'genre:"science fiction"'],
  ['genre:(horror OR drama)', 'any(genre:horror genre:drama)'],
  ['-genre:horror', 'not(genre:horror)'],
  ['release_date:[1990 TO 2010]', 'release_date:[1990..2010]'],
  ['release_date:[1990 TO *]', 'release_date:[1990..null]'],
  ['writer:bob', 'any(writer:bob all(writer bob))'],
  ['Re:Zero', 'any(Re:zero all(re zero))'],
  [String.raw`re\:zero`, 're+zero'],
  ['978-3-16-148410-0', '9783161484100'],
])('%j is read as %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

describe('what is not well-formed is plain words', () => {
  test.each([
    ['"batman', 'batman'],
    ['(batman', 'batman'],
    ['batman)', 'batman'],
    [':) batman', 'batman'],
    ['Fate/stay night', 'all(fate+stay night)'],
    ['batman AND', 'batman'],
    ['AND', ''],
    ['Spider-Man - Blue', 'all(spider+man blue)'],
    ['What?', 'what'],
    ['*man', 'man'],
    ['[Oshi no Ko]', 'all(oshi no ko)'],
    ['genre:', 'genre'],
    ['Batman & Robin', 'all(batman robin)'],
  ])('%j as %s', (text, expected) => {
    expect(read(text).replace(/^signs.*/u, '')).toBe(expected);
  });

  test.each(['!!!', '★', '"', '(', '-'])('%j alone is looked for as it is', (text) => {
    expect(read(text)).toBe(`signs(${text})`);
  });

  test('however long it is', () => {
    expect(() => read('('.repeat(5_000))).not.toThrow();
    expect(() => read('a:'.repeat(1_500))).not.toThrow();
    expect(() => read('word '.repeat(1_500))).not.toThrow();
    expect(() => read(`${'('.repeat(900)}a${')'.repeat(900)}`)).not.toThrow();
  });
});

test('words are folded and split at signs of every script', () => {
  expect(wordsOf('Éric’s Ｂａｔｍａｎ・ロビン「終」 a_b')).toEqual(['eric', 's', 'batman', 'ろひん', '終', 'a_b']);
});

test('the words for ranking are those of the title that are not denied', () => {
  const query = parseTextQuery('batman "and robin" -joker genre:drama', kindOf);
  expect(query && wantedWords(query)).toEqual(['batman', 'and', 'robin']);
});
