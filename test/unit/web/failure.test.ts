import { ApiFailure, failureFrom, messageFor } from '../../../src/web/api/failure';

test('violations become sentences and name their fields', () => {
  const failure = failureFrom(400, { violations: [{ fieldName: 'claimServer.email', message: 'must be an address' }] });
  expect(failure.message).toBe('Email must be an address.');
  expect(failure.fields).toEqual(['claimServer.email']);
});

test('the message of a bad request is shown without its code', () => {
  expect(failureFrom(400, { message: 'ERR_1016 The folder is not accessible' }).message).toBe(
    'The folder is not accessible',
  );
});

test('a bare code becomes words; one without words is better than nothing', () => {
  expect(failureFrom(400, { message: 'ERR_1015' }).message).toBe('This is no reading list of ComicRack (CBL).');
  expect(failureFrom(400, { message: 'ERR_9999' }).message).toBe('The server reports ERR_9999.');
});

test.each([
  [401, /not logged in/],
  [403, /not allowed/],
  [429, /Too many attempts/],
  [0, /cannot be reached/],
])('status %d explains itself', (status, words) => {
  expect(failureFrom(status, { message: 'Forbidden' }).message).toMatch(words);
});

test('an unknown status says what the server said, else its number', () => {
  expect(failureFrom(422, { message: 'The page is damaged' }).message).toBe('The page is damaged');
  expect(failureFrom(500, '<html>').message).toBe('The server answered with status 500.');
});

test.each([null, undefined, 'text', { violations: 'x' }, { violations: [null] }, { message: 5 }])(
  'a body of any shape (%p) is survived',
  (body) => {
    expect(failureFrom(400, body)).toBeInstanceOf(ApiFailure);
  },
);

test('a fault of our own is not shown in its own words', () => {
  expect(messageFor(new TypeError('x is undefined'))).not.toContain('undefined');
});
