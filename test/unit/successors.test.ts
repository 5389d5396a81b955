import { findSuccessors } from '../../src/library/successors';

const at = (...names: string[]) => names.map((name) => ({ path: `Fox/${name}` }));
const pairs = (gone: string[], fresh: string[]) =>
  [...findSuccessors(at(...gone), at(...fresh))].map(([file, book]) => [book.path.slice(4), file.path.slice(4)]);

test('the same name with another extension is the converted book', () => {
  expect(pairs(['Fox 1.cbr', 'Fox 2.cbr'], ['Fox 2.cbz', 'fox 1.CBZ'])).toEqual([
    ['Fox 2.cbr', 'Fox 2.cbz'],
    ['Fox 1.cbr', 'fox 1.CBZ'],
  ]);
});

test('the only new file of a chapter takes the place of the only one that is gone', () => {
  expect(pairs(['Fox c010 [A].cbz'], ['Fox c010v2 [B].cbz', 'Fox c011 [A].cbz'])).toEqual([
    ['Fox c010 [A].cbz', 'Fox c010v2 [B].cbz'],
  ]);
  expect(pairs(['Fox c010.cbz'], ['Fox c010 (v2) [B].cbz'])).toHaveLength(1);
  expect(pairs(['Fox v01.cbr'], ['Fox v01 (Digital).cbz'])).toHaveLength(1);
});

test.each([
  ['another number', ['Fox c010.cbz'], ['Fox c011.cbz']],
  ['a part of a chapter', ['Fox c010.cbz'], ['Fox c010.5.cbz']],
  ['a chapter of another volume', ['Fox v01 c010.cbz'], ['Fox v02 c010.cbz']],
  ['a volume and a chapter', ['Fox v01.cbz'], ['Fox c001.cbz']],
  ['another series in the folder', ['Fox 1.cbz'], ['Owl 1.cbz']],
  ['two that could be it', ['Fox c010.cbz'], ['Fox c010 [A].cbz', 'Fox c010 [B].cbz']],
  ['two that are gone', ['Fox c010 [A].cbz', 'Fox c010 [B].cbz'], ['Fox c010 [C].cbz']],
  ['names without numbers', ['Prologue.cbz'], ['Epilogue.cbz']],
])('%s is no successor', (_, gone, fresh) => {
  expect(pairs(gone, fresh)).toEqual([]);
});
