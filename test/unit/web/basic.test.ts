import { basicCredentials, fitsHeader } from '../../../src/web/api/basic';

test('credentials are base64 of UTF-8', () => {
  const header = basicCredentials('zoë@example.org', 'pä:ß漢');
  expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString('utf8')).toBe('zoë@example.org:pä:ß漢');
});

test('only ASCII travels in the headers of the claim', () => {
  expect(fitsHeader('me@example.org ~!')).toBe(true);
  expect(fitsHeader('pässword')).toBe(false);
  expect(fitsHeader('a\nb')).toBe(false);
});
