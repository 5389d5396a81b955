import { authenticationDocument, challengeHeaders } from '../../../src/opds/authentication';
import { openSearchDescription } from '../../../src/opds/open-search';
import { opdsProblems } from '../../support/opds-rules';

const labels = { login: 'E-mail', password: 'Password' };

describe('the authentication document', () => {
  test('insists on an absolute id', () => {
    expect(() => authenticationDocument({ id: '/opds/v2/auth', title: 'K', labels })).toThrow(RangeError);
  });

  test('has no keys for what is unknown', () => {
    expect(Object.keys(authenticationDocument({ id: 'https://h/auth', title: 'K', labels }))).toEqual([
      'id',
      'title',
      'authentication',
    ]);
  });

  test('comes with a challenge that no name of a server can break', () => {
    const headers = challengeHeaders('https://h/auth', 'My "comics"\r\nX: y 漫画');
    expect(headers['WWW-Authenticate']).toBe('Basic realm="My comics X: y ", charset="UTF-8"');
    expect(headers.Link).toBe(
      '<https://h/auth>; rel="http://opds-spec.org/auth/document"; type="application/opds-authentication+json"',
    );
  });
});

test('a search description keeps within the limits of OpenSearch', () => {
  const description = openSearchDescription({
    name: 'A server with a very long name',
    description: 'x'.repeat(2000),
    template: '/opds/v1.2/books?a=1&search={searchTerms}',
    kind: 'acquisition',
  });
  expect(opdsProblems(description, { contentType: 'application/opensearchdescription+xml' })).toEqual([]);
  expect(description).toContain('template="/opds/v1.2/books?a=1&amp;search={searchTerms}"');
});
