import { prefersPdf } from '../../../src/http/accept';

test.each([
  ['', false],
  ['application/pdf', true],
  ['application/pdf, image/*', true],
  ['image/*, application/pdf', true],
  ['image/jpeg, application/pdf', false],
  ['application/pdf;q=0.5, image/jpeg', false],
  ['image/jpeg;q=0.5, application/pdf;q=0.8', true],
  ['text/html, application/pdf', true],
  ['image/*', false],
  ['image/avif', false],
  ['application/atom+xml', false],
  ['image/*,*/*;q=0.8', false],
  ['image/avif,image/webp,image/apng,*/*;q=0.8', false],
  // a picture for those whom Komga sends a PDF
  ['*/*', false],
  ['application/*', false],
  ['text/html,*/*;q=0.1', false],
  ['application/pdf;q=0', false],
])('Accept: %s', (accept, expected) => {
  expect(prefersPdf(accept)).toBe(expected);
});
