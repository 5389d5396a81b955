import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { until } from '../jobs/support';
import { cbz, put } from '../support/book-builders';
import { judgeFetched } from '../support/judged-fetch';
import { startServer, untilScanned, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';

jest.setTimeout(120_000);
judgeFetched();

const folder = temporaryFolder();
let comics: string;
let server: ServerProcess;

beforeAll(async () => {
  comics = path.join(folder.path, 'Comics');
  put(comics, 'Fox/Fox 1.cbz', await cbz({ seed: 1 }));
  put(comics, 'Owl/Owl 1.cbz', await cbz({ seed: 2 }));
  server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics] });
  await untilScanned(server, 2);
});

afterAll(async () => {
  await server?.stop();
});

interface Shown {
  content: { id: string; name: string; deleted: boolean; media: { status: string } }[];
}

const find = async (name: string) => {
  const { content } = await server.json<Shown>('/api/v1/books?unpaged=true');
  return content.find((book) => book.name === name);
};

/** What is promised: ten seconds after the file was there. */
const promise = 10_000;
const soon = (what: string, holds: () => Promise<boolean>) => until(what, holds, promise);
const isReadable = async (name: string) => {
  const book = await find(name);
  if (book?.deleted !== false || book.media.status !== 'READY') return false;
  return (await server.get(`/api/v1/books/${book.id}/pages/1`)).ok;
};

test('a new file is readable within ten seconds, nobody asked for a scan', async () => {
  put(comics, 'Fox/Fox 2.cbz', await cbz({ seed: 3 }));
  await soon('it is readable', () => isReadable('Fox 2'));
});

test('a folder that is moved in is, with what lies below it', async () => {
  put(folder.path, 'elsewhere/Bears/Brown/Brown 1.cbz', await cbz({ seed: 4 }));
  renameSync(path.join(folder.path, 'elsewhere/Bears'), path.join(comics, 'Bears'));
  await soon('it is readable', () => isReadable('Brown 1'));
  // and it is watched from now on
  put(comics, 'Bears/Brown/Brown 2.cbz', await cbz({ seed: 5 }));
  await soon('the next is readable', () => isReadable('Brown 2'));
});

test('a file that gets another name stays the same book', async () => {
  const before = await find('Fox 1');
  renameSync(path.join(comics, 'Fox/Fox 1.cbz'), path.join(comics, 'Fox/Fox 01.cbz'));
  await soon('it has its new name', () => isReadable('Fox 01'));
  expect((await find('Fox 01'))?.id).toBe(before?.id);
});

test('a file that is deleted is told as such, and is back when it comes back', async () => {
  const before = await find('Owl 1');
  mkdirSync(path.join(folder.path, 'aside'));
  renameSync(path.join(comics, 'Owl/Owl 1.cbz'), path.join(folder.path, 'aside/Owl 1.cbz'));
  await soon('it is in the trash', async () => (await find('Owl 1'))?.deleted === true);
  renameSync(path.join(folder.path, 'aside/Owl 1.cbz'), path.join(comics, 'Owl/Owl 1.cbz'));
  await soon('it is back', () => isReadable('Owl 1'));
  expect((await find('Owl 1'))?.id).toBe(before?.id);
});

test('a folder that is deleted goes to the trash, and its name can be used again', async () => {
  rmSync(path.join(comics, 'Bears'), { recursive: true });
  await soon('it is in the trash', async () => (await find('Brown 1'))?.deleted === true);
  put(comics, 'Bears/Black/Black 1.cbz', await cbz({ seed: 6 }));
  await soon('the new one is readable', () => isReadable('Black 1'));
});
