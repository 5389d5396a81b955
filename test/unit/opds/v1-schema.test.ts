import path from 'node:path';
import { pseLinksOf } from '../../support/pse-links';
import { describeWithReference, referenceDir } from '../../support/reference';
import { hasXmllint, schemaProblems } from '../../support/relax-ng';
import { fixtures } from './v1-fixtures';

const schema = (name: string) => path.join(referenceDir ?? '', 'reference/opds-schemas/opds1', name);
const catalogs = Object.entries(fixtures).filter(([name]) => name !== 'search-description.xml');

/** A copy without the links that hold a template: the published schema forbids braces in addresses (opds.md §7). */
function withoutTemplates(xml: string): string {
  return xml.replace(/^ *<link [^>]*href="[^"]*\{[^>]*\/>\n/gm, '');
}

if (!hasXmllint) process.stderr.write('Skipped: validation by RelaxNG needs xmllint (package libxml2-utils).\n');
const validation = hasXmllint ? describe : describe.skip;

validation('RelaxNG', () => {
  describeWithReference('OPDS 1.2 documents', () => {
    test.each(catalogs)('%s is valid by the repaired schema, templates included', (_name, { build }) => {
      expect(schemaProblems(schema('opds-1.2.fixed.rng'), build())).toBe('');
    });

    test.each(catalogs)('%s is valid without its templates too', (_name, { build }) => {
      expect(withoutTemplates(build())).not.toContain('{');
      expect(schemaProblems(schema('opds-1.2.fixed.rng'), withoutTemplates(build()))).toBe('');
    });

    test('stream links are valid by the schema of PSE 1.2', () => {
      const links = pseLinksOf(catalogs.map(([, { build }]) => build()));
      expect(links.length).toBeGreaterThan(3);
      expect(links.map((link) => schemaProblems(schema('opds-pse-1.2.rng'), link)).filter(Boolean)).toEqual([]);
    });

    test('the search description is valid by the schema of OpenSearch 1.1', () => {
      const description = fixtures['search-description.xml']?.build() ?? '';
      expect(schemaProblems(schema('opensearch-1.1.rng'), description)).toBe('');
    });
  });
});
