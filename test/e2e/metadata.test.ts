import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { until } from '../jobs/support';
import { cbz, put } from '../support/book-builders';
import { useDatabase } from '../support/database';
import { busiestSecond, startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { judgeFetched } from '../support/judged-fetch';
import { startServer, type ServerProcess } from '../support/server-process';
import { makeCatalogue } from '../support/small-catalogue';
import { temporaryFolder } from '../support/temporary';

jest.setTimeout(180_000);
judgeFetched();

const database = useDatabase();
const folder = temporaryFolder();
const catalogue = makeCatalogue();
const names = ['Amber', 'Birch', 'Cedar', 'Dune', 'Ember', 'Fjord', 'Grove', 'Harbor'].map((word) => `${word} Story`);
let fake: FakeMangaDex;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  const comics = path.join(folder.path, 'Comics');
  mkdirSync(comics);
  for (const name of names) {
    catalogue.add({ title: { en: name } });
    put(comics, `${name}/${name} v01.cbz`, await cbz());
  }
  fake = await startFakeMangaDex(catalogue);
  const env = {
    DATABASE_URL: database.url,
    MANGADEX_API_URL: fake.url,
    MANGADEX_UPLOADS_URL: fake.url,
    MANGADEX: 'auto',
  };
  for (const number of [1, 2, 3]) {
    const dataDir = path.join(folder.path, `data ${number}`);
    servers.push(await startServer({ dataDir, folders: number === 1 ? [comics] : [], env }));
  }
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await fake?.close();
});

test('three servers on one database keep MangaDex’ own limit together, and ask nothing twice', async () => {
  const links = async (server: ServerProcess | undefined) => {
    const { content } = (await server?.json<{ content: { metadata: { links: object[] } }[] }>('/api/v1/series')) ?? {
      content: [],
    };
    return content.filter(({ metadata }) => metadata.links.length === 1).length;
  };
  await until('all are matched', async () => (await links(servers[0])) === names.length, 90_000);
  // people at all three at once
  const match = '/api/kiremisu/v1/series';
  const { content } = (await servers[0]?.json<{ content: { id: string }[] }>('/api/v1/series')) ?? { content: [] };
  await Promise.all(
    servers.flatMap((server) =>
      content.slice(0, 3).map(({ id }, index) => server.json(`${match}/${id}/match/search?query=word${index}`)),
    ),
  );
  expect(fake.violations).toEqual([]);
  expect(busiestSecond(fake.requests)).toBeLessThanOrEqual(fake.limit);
  const asked = fake.requests.map(({ url }) => url);
  expect(asked).toHaveLength(new Set(asked).size);
  expect(asked.filter((url) => url.includes('title=word'))).toHaveLength(3);
});
