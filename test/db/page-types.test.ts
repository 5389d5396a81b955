import { useDatabase } from '../support/database';

const database = useDatabase();

const typesOf = async (types: string[]): Promise<string[]> => {
  const pages = JSON.stringify(types.map((mediaType, index) => ({ name: `${index}.jpg`, mediaType })));
  const { rows } = await database.db.raw<{ rows: [{ types: string[] }] }>('select page_types(?::jsonb) as types', [
    pages,
  ]);
  return rows[0].types;
};

test.each([
  { pages: [], types: [] },
  { pages: ['image/jpeg'], types: ['image/jpeg'] },
  { pages: ['image/png', 'image/png', 'image/png'], types: ['image/png'] },
  { pages: ['image/png', 'image/png', 'image/avif'], types: ['image/avif', 'image/png'] },
  { pages: ['image/webp', 'image/jpeg', 'image/webp'], types: ['image/jpeg', 'image/webp'] },
])('pages of $pages are of the types $types', async ({ pages, types }) => {
  expect(await typesOf(pages)).toEqual(types);
});
