import { newId, publicId, uuidOf } from '../../src/base/public-id';

test('ids are in the order in which they were made, also thousands in a millisecond', () => {
  const ids = Array.from({ length: 20_000 }, () => newId());
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  expect([...ids].map(publicId).sort().map(uuidOf)).toEqual(ids);
});

test('ids are uuids of version 7', () => {
  expect(newId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test('the id of a row that came from Komga is the one that Komga gave it', () => {
  const uuid = uuidOf('0DBTWY6S0KNX9') ?? '';
  expect(uuid).toMatch(/^4b6f6d67-6100-8000-/);
  expect(publicId(uuid)).toBe('0DBTWY6S0KNX9');
});
