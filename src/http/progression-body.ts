import { z } from 'zod';
import { dateTime, finite, text, wholeNumber } from '../search/condition-values';

/** With quoted text before and after a place; some clients quote a whole page. */
const longest = 20_000;

const locations = z.looseObject({
  position: wholeNumber.exactOptional(),
  progression: finite.exactOptional(),
  totalProgression: finite.exactOptional(),
});

/** Readium's locator; null members are as if they were absent, unknown ones are given back as they came. */
const locator = z.preprocess(
  (value) => withoutNulls(value),
  z
    .looseObject({ href: text, type: text, locations: locations.exactOptional(), koboSpan: text.exactOptional() })
    .refine((value) => JSON.stringify(value).length <= longest, 'must not be longer than 20,000 characters'),
);

export const progressionBody = z.object({
  modified: dateTime,
  device: z.object({ id: text, name: text }),
  locator,
});

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}
