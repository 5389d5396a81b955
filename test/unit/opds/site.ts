import type { Site } from '../../../src/opds/v1';

/** The server of the fixtures: made up, like everything in them. */
export const origin = 'https://comics.example';
export const v1 = (path: string) => `${origin}/opds/v1.2/${path}`;

export const site: Site = {
  name: 'KireMisu',
  start: v1('catalog'),
  searchDescription: v1('search'),
  searchTemplate: `${origin}/opds/v1.2/books?search={searchTerms}`,
};

export const at = (day: string, time = '09:30:00') => new Date(`${day}T${time}Z`);
