import { insertModels, insertRows, JsonText, type Columns } from '../../src/library/rows';
import { useDatabase } from '../support/database';

const held = useDatabase();

const columns: Columns = {
  ...{ id: 'int', name: 'text', number_sort: 'float8', is_one: 'boolean', tags: 'text[]', links: 'jsonb' },
  ...{ made_at: 'timestamptz', day: 'date' },
};

beforeAll(() =>
  held.db.raw(`create table sample (id int, name text, number_sort float8, is_one boolean, tags text[], links jsonb,
    made_at timestamptz, day date)`),
);
afterEach(() => held.db('sample').delete());

const at = new Date('2024-02-29T01:02:03.456Z');
const plain = {
  ...{ id: 1, name: 'One', number_sort: 1.5, is_one: true, tags: ['a'], links: [{ url: 'x' }], made_at: at },
  day: '2001-05-05',
};
const stored = async () => (await held.db('sample').orderBy('id')) as object[];
const storedAs = (row: typeof plain) => ({
  ...{ id: row.id, name: row.name, numberSort: row.number_sort, isOne: row.is_one, tags: row.tags, links: row.links },
  ...{ madeAt: row.made_at, day: row.day },
});

test('rows come back as they went in, also when columns are the same in all of them', async () => {
  const rows = [plain, { ...plain, id: 2 }, { ...plain, id: 3, name: 'Three', is_one: false, day: '1999-12-31' }];
  await insertRows(held.db, 'sample', columns, rows);
  expect(await stored()).toEqual(rows.map(storedAs));
});

test('a single row, empty texts and empty lists are no NULL', async () => {
  await insertRows(held.db, 'sample', columns, [{ ...plain, name: '', tags: [], links: [] }]);
  await insertRows(held.db, 'sample', columns, [
    { ...plain, id: 2, name: '' },
    { ...plain, id: 3, name: 'x' },
    { ...plain, id: 4, name: '' },
  ]);
  const rows = await held.db('sample').orderBy('id').select('name', 'tags', 'links');
  expect(rows[0]).toEqual({ name: '', tags: [], links: [] });
  expect(rows.map(({ name }: { name: string }) => name)).toEqual(['', '', 'x', '']);
});

test('what is absent is NULL in any column', async () => {
  const empty = { id: 1, name: null, number_sort: null, is_one: undefined, tags: null, links: null, made_at: null };
  await insertRows(held.db, 'sample', columns, [empty, { ...plain, id: 2 }]);
  expect((await stored())[0]).toEqual({
    ...{ id: 1, name: null, numberSort: null, isOne: null, tags: null, links: null, madeAt: null, day: null },
  });
});

test('lines, quotes, backslashes and what stands for NULL are letters like others', async () => {
  const names = ['two\nlines', '\\N', '\\', '"', "'", 'é {a,b} ?', '\t', 'NULL', '', '進撃'];
  const rows = names.map((name, id) => ({ ...plain, id, name, tags: [name, 'b'], links: [{ url: name }] }));
  await insertRows(held.db, 'sample', columns, rows);
  await insertRows(held.db, 'sample', columns, [
    { ...plain, id: 99, name: null },
    { ...plain, id: 98 },
  ]);
  await insertRows(held.db, 'sample', columns, [
    { ...plain, id: 100, name: '\\N' },
    { ...plain, id: 101, name: null },
  ]);
  const all = (await stored()) as { name: string | null; tags: string[]; links: { url: string }[] }[];
  expect(all.slice(0, names.length)).toEqual(rows.map(storedAs));
  expect(all.slice(-4).map(({ name }) => name)).toEqual(['One', null, '\\N', null]);
});

test('NUL and half a character are replaced, in texts, lists and JSON', async () => {
  const odd = { name: 'a\0b', tags: ['\ud800', 'c\0'], links: [{ url: '\udfff\0' }] };
  await insertRows(held.db, 'sample', columns, [
    { ...plain, ...odd },
    { ...plain, id: 2 },
  ]);
  const clean = { name: 'a\ufffdb', tags: ['\ufffd', 'c\ufffd'], links: [{ url: '\ufffd\ufffd' }] };
  expect((await stored())[0]).toMatchObject(clean);
});

test('models are rows whose columns are fields, and JSON may be written beforehand', async () => {
  const model = { id: 7, name: 'M', numberSort: 2, isOne: false, tags: [], links: new JsonText('[{"url":"y"}]') };
  await insertModels(held.db, 'sample', columns, [{ ...model, madeAt: at, day: null }]);
  expect(await stored()).toEqual([{ ...model, links: [{ url: 'y' }], madeAt: at, day: null }]);
});
