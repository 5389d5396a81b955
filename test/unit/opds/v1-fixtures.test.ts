import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fixtureFolder, promised } from '../../support/fixture';
import { opdsProblems } from '../../support/opds-rules';
import { fixtures } from './v1-fixtures';

describe('OPDS 1.2 documents', () => {
  test.each(Object.entries(fixtures))('%s is byte for byte what we promise', (name, { build }) => {
    expect(build()).toBe(promised(`v1.2/${name}`, build()));
  });

  test.each(Object.entries(fixtures))('%s keeps all our rules', (_name, { build, type }) => {
    expect(opdsProblems(build(), { contentType: type })).toEqual([]);
  });

  test('no promised document is without its builder', () => {
    expect(readdirSync(path.join(fixtureFolder, 'v1.2')).sort()).toEqual(Object.keys(fixtures).sort());
  });
});
