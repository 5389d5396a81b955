import { useCatalogue } from '../support/catalogue';

const catalogue = useCatalogue();
const { app } = catalogue;

// who asks is found out, and the login recorded, before anything is counted
beforeAll(async () => {
  for (let login = 0; login < 3; login++) await app.admin.get('/opds/v1.2/search').expect(200);
});

/** Statements of one answer. */
async function statementsOf(path: string): Promise<number> {
  await app.admin.get(path).expect(200);
  let count = 0;
  const counting = () => void count++;
  app.db.on('query', counting);
  try {
    await app.admin.get(path).expect(200);
  } finally {
    app.db.off('query', counting);
  }
  return count;
}

const lists: [path: string, most: number][] = [
  ['/opds/v1.2/books/latest', 5],
  ['/opds/v1.2/books?search=lamp', 5],
  ['/opds/v1.2/series', 4],
  ['/opds/v1.2/keep-reading', 4],
  ['/opds/v1.2/readlists', 4],
  ['/opds/v2/libraries/books/latest', 4],
  ['/opds/v2/libraries/browse', 4],
  ['/opds/v2/catalog', 20],
];

test.each(lists)('%s costs the same few statements, however long it is', async (path, most) => {
  const join = path.includes('?') ? '&' : '?';
  const one = await statementsOf(`${path}${join}size=1`);
  expect(await statementsOf(`${path}${join}size=100`)).toBe(one);
  expect(one).toBeLessThanOrEqual(most);
  expect(one).toBeGreaterThan(0);
});
