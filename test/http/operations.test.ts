import { newId } from '../../src/base/public-id';
import { Operation } from '../../src/model/operation';
import { useApp } from '../support/app';

const app = useApp();
const address = '/api/kiremisu/v1/operations';

beforeEach(() => app.db('operation').delete());

async function anOperation(fields: Partial<Operation>): Promise<void> {
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  await Operation.query(app.db).insert({ id: newId(), kind: 'scanLibrary', state: 'running', ...times, ...fields });
}

const shown = async () => (await app.admin.get(address).expect(200)).body as unknown;

test('what runs tells its rate and the time that is left', async () => {
  const updatedAt = new Date();
  const startedAt = new Date(updatedAt.getTime() - 20_000);
  await anOperation({ done: 500, total: 2000, startedAt, updatedAt });
  expect(await shown()).toMatchObject([{ done: 500, total: 2000, rate: 25, secondsLeft: 60 }]);
});

test('without a total nobody knows how long it takes; what is over takes no time', async () => {
  const updatedAt = new Date();
  const startedAt = new Date(updatedAt.getTime() - 10_000);
  await anOperation({ done: 5, total: null, startedAt, updatedAt });
  expect(await shown()).toMatchObject([{ rate: 0.5, secondsLeft: null }]);
  await app.db('operation').delete();
  await anOperation({ done: 5, total: 5, startedAt, updatedAt, state: 'done', finishedAt: updatedAt });
  expect(await shown()).toMatchObject([{ rate: null, secondsLeft: null }]);
});

test('is for administrators', async () => {
  const reader = await app.user('operations@example.org');
  await app.as(reader).get(address).expect(403);
  await app
    .as(reader)
    .post(`${address}/${'0'.repeat(26)}/accept`)
    .expect(403);
});
