import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { newId } from '../../src/base/public-id';
import { cleanUp } from '../../src/library/clean-up';
import { addMissingLibraries, createLibrary, deleteLibrary, updateLibrary } from '../../src/library/libraries';
import { findLibraries } from '../../src/search/find-libraries';
import { Book } from '../../src/model/book';
import { Library } from '../../src/model/library';
import { Operation } from '../../src/model/operation';
import { createQueue } from '../../src/queue/queue';
import { aUser, aViewer } from '../support/builders';
import { cbz, put } from '../support/book-builders';
import { useShelves } from './support';

const { test: database, newFolder, newShelf, drain } = useShelves();
const deps = () => ({ db: database.db, queue: createQueue(database.db) });

/** Keys of what waits, and an empty queue afterwards. */
async function takeTasks(): Promise<string[]> {
  const { rows } = await database.db.raw<{ rows: { key: string }[] }>(
    'select key from graphile_worker.jobs order by id',
  );
  await database.db.raw('delete from graphile_worker._private_jobs');
  return rows.map(({ key }) => key);
}

test('a new library has the defaults of Komga and is scanned', async () => {
  const root = newFolder();
  const library = await createLibrary(deps(), { name: 'One', root: `${root}/` });
  expect(library).toMatchObject({
    ...{ name: 'One', root, scanInterval: 'EVERY_6H', seriesCover: 'FIRST', hashFiles: true, scanCbx: true },
    ...{ scanDirectoryExclusions: [], oneshotsDirectory: null, importBarcodeIsbn: true, scanOnStartup: false },
  });
  expect(await takeTasks()).toEqual([`scanLibrary:${library.id}:normal`]);
});

test('a library is refused with the reasons and words of Komga', async () => {
  const folder = newFolder();
  const root = path.join(folder, 'x');
  mkdirSync(path.join(root, 'y'), { recursive: true });
  mkdirSync(path.join(folder, 'xx'));
  writeFileSync(path.join(folder, 'file'), '');
  await createLibrary(deps(), { name: 'Taken', root });
  const refusal = (name: string, at: string) =>
    createLibrary(deps(), { name, root: at }).then(String, (e: Error) => e.message);
  expect(await refusal('N', path.join(folder, 'none'))).toBe(`Library root folder does not exist: file:${folder}/none`);
  expect(await refusal('N', path.join(folder, 'file'))).toBe(
    `Library root folder is not a folder: file:${folder}/file`,
  );
  expect(await refusal('Taken', path.join(folder, 'xx'))).toBe('Library name already exists');
  expect(await refusal('N', path.join(root, 'y'))).toBe(
    `Library path ${root}/y is a child of existing library Taken: ${root}`,
  );
  expect(await refusal('N', folder)).toBe(`Library path ${folder} is a parent of existing library Taken: ${root}`);
  await expect(createLibrary(deps(), { name: ' ', root: '' })).rejects.toMatchObject({
    violations: [{ fieldName: 'name' }, { fieldName: 'root' }],
  });
  // a sibling whose name begins alike is neither child nor parent, and names differ by case
  await createLibrary(deps(), { name: 'taken', root: path.join(folder, 'xx') });
  await takeTasks();
});

test('only options that change what is found ask for another scan', async () => {
  const shelf = await newShelf();
  await updateLibrary(deps(), shelf.library.id, { seriesCover: 'LAST', scanPdf: true });
  expect(await takeTasks()).toEqual([]);
  const after = await updateLibrary(deps(), shelf.library.id, {
    oneshotsDirectory: ' ',
    scanDirectoryExclusions: ['a', 'a'],
  });
  expect(after).toMatchObject({ oneshotsDirectory: null, scanDirectoryExclusions: ['a'], seriesCover: 'LAST' });
  expect(await takeTasks()).toEqual([`scanLibrary:${shelf.library.id}:normal`]);
});

test('switching hashes on hashes the books that have none', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const book = await shelf.book('A/1.cbz');
  expect(book.fileHash).toBe('');
  await updateLibrary(deps(), shelf.library.id, { hashFiles: true });
  expect(await takeTasks()).toEqual([`hashBook:${book.id}`]);
});

test('a deleted library takes its rows along and leaves the files', async () => {
  const shelf = await newShelf();
  const file = put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  await deleteLibrary(database.db, shelf.library.id);
  expect(await Book.query(database.db).where({ libraryId: shelf.library.id })).toEqual([]);
  expect(file).toMatch(/cbz$/);
  await expect(deleteLibrary(database.db, shelf.library.id)).rejects.toMatchObject({ status: 404 });
});

test('the list is sorted without regard to case and shows what the viewer may see', async () => {
  await Library.query(database.db).delete();
  for (const name of ['beta', 'Alpha', 'Gamma']) await createLibrary(deps(), { name, root: newFolder() });
  const all = await findLibraries(database.db, aViewer());
  expect(all.map(({ name }) => name)).toEqual(['Alpha', 'beta', 'Gamma']);
  const some = await findLibraries(database.db, aViewer({ libraryIds: [all[1]!.id] }));
  expect(some.map(({ name }) => name)).toEqual(['beta']);
  await takeTasks();
});

test('folders of the configuration are added once; one that does not exist stops nobody', async () => {
  await Library.query(database.db).delete();
  const [one, two] = [newFolder(), newFolder()];
  const seeds = [
    { name: 'Comics', root: one },
    { name: 'Gone', root: path.join(one, '..', 'does-not-exist') },
    { name: 'Comics', root: two },
  ];
  const added = await addMissingLibraries({ ...deps(), log: silentLog() }, seeds);
  expect(added.map(({ name }) => name)).toEqual(['Comics', 'Comics (2)']);
  expect(await addMissingLibraries({ ...deps(), log: silentLog() }, seeds)).toEqual([]);
  await takeTasks();
});

test('the daily clean-up removes what is over and keeps the rest', async () => {
  const { db } = database;
  const user = await aUser(db);
  const day = 86_400_000;
  const at = (days: number) => new Date(Date.now() + days * day);
  for (const days of [-1, 1]) {
    const token = { tokenHash: `t${days}`, userId: user.id, createdAt: at(-2), expiresAt: at(days) };
    await db('session').insert({ ...token, lastUsedAt: at(-2) });
    await db('rememberToken').insert(token);
  }
  for (const days of [-40, -20])
    await db('authenticationActivity').insert({ id: newId(), success: true, happenedAt: at(days) });
  const operation = { kind: 'scanLibrary', createdAt: at(-9), updatedAt: at(-9) };
  const ids = [newId(), newId(), newId()];
  await Operation.query(db).insert({ ...operation, id: ids[0]!, state: 'done', finishedAt: at(-8) });
  await Operation.query(db).insert({ ...operation, id: ids[1]!, state: 'failed', finishedAt: at(-6) });
  await Operation.query(db).insert({ ...operation, id: ids[2]!, state: 'running', subjectId: newId() });
  await cleanUp({ db, log: silentLog() });
  expect(await db('session').pluck('token_hash')).toEqual(['t1']);
  expect(await db('rememberToken').pluck('token_hash')).toEqual(['t1']);
  expect(await db('authenticationActivity').where('happenedAt', '<', at(-30))).toEqual([]);
  const left = await Operation.query(db).whereIn('id', ids);
  expect(left.map(({ id }) => id).sort()).toEqual([ids[1]!, ids[2]!].sort());
});

test('an import option that is switched on takes over what files say', async () => {
  const shelf = await newShelf({ hashFiles: false, importComicInfoBook: false });
  put(shelf.root, 'A/1.cbz', await cbz({ comicInfo: { Title: 'Said', Number: '7' } }));
  await shelf.scanAll();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ title: '1', metadataNumber: '1' });
  await updateLibrary(deps(), shelf.library.id, { importComicInfoBook: true });
  await drain();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ title: 'Said', metadataNumber: '7' });
});

test('the number of a later volume joins and leaves the title as the option says, and no file is opened for it', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ comicInfo: { Series: 'Kept', Volume: 2 } }));
  await shelf.scanAll();
  const switched = async (isOn: boolean) => {
    await updateLibrary(deps(), shelf.library.id, { importComicInfoSeriesAppendVolume: isOn });
    const { rows } = await database.db.raw<{ rows: { task: string }[] }>(
      'select task_identifier as task from graphile_worker.jobs',
    );
    await drain();
    return [rows.map(({ task }) => task), (await shelf.series()).map(({ title }) => title)];
  };
  expect(await switched(false)).toEqual([['refreshSeriesTogether'], ['Kept']]);
  expect(await switched(true)).toEqual([['refreshSeriesTogether'], ['Kept (2)']]);
});

test('names of files say numbers and the language of the series while the option is on', async () => {
  const shelf = await newShelf({ hashFiles: false });
  for (const number of ['012', '013']) {
    put(shelf.root, `Lamp/Lamp c${number} [French].cbz`, await cbz({ seed: Number(number) }));
  }
  await shelf.scanAll();
  const switched = async (isOn: boolean) => {
    await updateLibrary(deps(), shelf.library.id, { parseNames: isOn });
    await drain();
    return (await shelf.books()).map(({ metadataNumber }) => metadataNumber);
  };
  expect(await switched(true)).toEqual(['12', '13']);
  expect(await shelf.series()).toMatchObject([{ title: 'Lamp', language: 'fr' }]);
  expect(await switched(false)).toEqual(['1', '2']);
});
