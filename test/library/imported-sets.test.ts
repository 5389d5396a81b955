import type { Knex } from 'knex';
import { joinCollections } from '../../src/library/imported-sets';
import { removeEmptySets } from '../../src/library/trash';
import { aSeries } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
const members = () =>
  database
    .db('collection')
    .join('collectionSeries', 'collectionSeries.collectionId', 'collection.id')
    .select('name', 'seriesId');

beforeEach(async () => {
  await database.db('collection').delete();
  // left over from a series that is gone
  const id = '0190a000-0000-7000-8000-000000000001';
  const at = new Date();
  await database
    .db('collection')
    .insert({ id, name: 'Foxes', nameKey: 'foxes', ordered: false, createdAt: at, modifiedAt: at });
});

test('a collection that gets its first member while empty ones are removed stays, with the member', async () => {
  const { db } = database;
  const { id } = await aSeries(db);
  await db.transaction(async (trx) => {
    await joinCollections(trx, id, ['Foxes']);
    await removeEmptySets(db);
  });
  expect(await members()).toEqual([{ name: 'Foxes', seriesId: id }]);
});

test('a collection that was removed right before a member is put in is made anew', async () => {
  const { db } = database;
  const { id } = await aSeries(db);
  let statements = 0;
  const interrupted = (trx: Knex.Transaction): Knex.Transaction =>
    new Proxy(trx, {
      get: (target, name) => {
        if (name !== 'raw') return Reflect.get(target, name) as unknown;
        return async (...query: Parameters<Knex.Transaction['raw']>) => {
          const result: unknown = await target.raw(...query);
          if (++statements === 1) await removeEmptySets(db);
          return result;
        };
      },
    });
  await db.transaction((trx) => joinCollections(interrupted(trx), id, ['Foxes']));
  expect(await members()).toEqual([{ name: 'Foxes', seriesId: id }]);
});
