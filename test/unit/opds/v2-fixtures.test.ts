import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fixtureFolder, promised } from '../../support/fixture';
import { opds2Problems } from '../../support/opds2-rules';
import { opds2Schemas } from '../../support/opds2-schemas';
import { describeWithReference } from '../../support/reference';
import { fixtures } from './v2-fixtures';

const text = (document: object) => `${JSON.stringify(document, null, 1)}\n`;
const catalogs = Object.entries(fixtures).filter(([, { kind }]) => kind !== 'authentication');

describe('OPDS 2.0 documents', () => {
  test.each(Object.entries(fixtures))('%s is byte for byte what we promise', (name, { build }) => {
    expect(text(build())).toBe(promised(`v2.0/${name}`, text(build())));
  });

  test.each(catalogs)('%s keeps all our rules', (_name, { build, type }) => {
    expect(opds2Problems(build(), { contentType: type })).toEqual([]);
  });

  test('no promised document is without its builder', () => {
    expect(readdirSync(path.join(fixtureFolder, 'v2.0')).sort()).toEqual(Object.keys(fixtures).sort());
  });
});

describeWithReference('The JSON Schemas of OPDS 2.0', (directory) => {
  const schemas = opds2Schemas(directory);

  test.each(Object.entries(fixtures))('find no fault in %s', (_name, { build, kind }) => {
    expect(schemas[kind](build())).toEqual([]);
  });

  test('find fault in what is wrong', () => {
    const nothing = { ...fixtures['one-series.json']?.build(), publications: [] };
    expect(schemas.feed(nothing)).not.toEqual([]);
    expect(schemas.publication({ metadata: { title: 'x', published: '2019' }, links: [] })).not.toEqual([]);
    expect(schemas.manifest({ metadata: { title: 'x' } })).not.toEqual([]);
    expect(schemas.authentication({ id: 'https://h/a', title: 'x' })).not.toEqual([]);
  });
});
