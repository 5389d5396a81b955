import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { migrateQueue } from '../../src/queue/queue';
import { draftOf, newDraft } from '../../src/web/parts/library-draft';
import type { Library, LibraryState, MetadataOptions } from '../../src/web/api/types';
import { useApp } from '../support/app';
import { aBook, aLibrary, aSeries } from '../support/builders';

const app = useApp();
const unknown = '0DBTWY6S0KNX9';
const libraries = '/api/v1/libraries';
const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-libraries-'));

beforeAll(() => migrateQueue(app.url, silentLog()));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => app.db.raw('delete from library'));

test('are listed by name without regard to case; only administrators see where they lie', async () => {
  const [one, two] = [await aLibrary(app.db, { name: 'b' }), await aLibrary(app.db, { name: 'A' })];
  const all = await app.admin.get(libraries).expect(200);
  expect(all.body).toMatchObject([{ name: 'A', root: two.root }, { name: 'b' }]);
  const reader = await app.user('reader@example.org', { sharedLibraries: { all: false, libraryIds: [one.id] } });
  expect((await app.as(reader).get(libraries).expect(200)).body).toMatchObject([
    { name: 'b', root: '', unavailable: false },
  ]);
  await app
    .as(reader)
    .get(`${libraries}/${publicId(one.id)}`)
    .expect(200);
  await app
    .as(reader)
    .get(`${libraries}/${publicId(two.id)}`)
    .expect(403);
  await app.as(reader).get(`${libraries}/${unknown}`).expect(404);
  await app.anonymous.get(libraries).expect(401);
});

test('an administrator sees all libraries, also with a list of shared ones', async () => {
  const [one] = [await aLibrary(app.db), await aLibrary(app.db)];
  const sharedLibraries = { all: false, libraryIds: [one.id] };
  const other = await app.user('other-admin@example.org', { roles: ['ADMIN'], sharedLibraries });
  expect((await app.as(other).get(libraries).expect(200)).body).toHaveLength(2);
});

test('one is added with defaults for what is not sent, and scanned', async () => {
  const response = await app.admin.post(libraries).send({ name: 'New', root: folder, hashFiles: false }).expect(200);
  expect(response.body).toMatchObject({
    ...{ name: 'New', root: folder, hashFiles: false, scanInterval: 'EVERY_6H', importComicInfoBook: true },
    ...{ seriesCover: 'FIRST', scanDirectoryExclusions: [], oneshotsDirectory: null },
  });
  const jobs = await app.db('graphile_worker.jobs').where('task_identifier', 'scanLibrary');
  expect(jobs).toHaveLength(1);
});

test('a wrong folder or name is refused in words for the form', async () => {
  await app.admin.post(libraries).send({ name: 'New', root: folder }).expect(200);
  const refusal = async (body: object) => (await app.admin.post(libraries).send(body).expect(400)).body as object;
  expect(await refusal({ name: 'X', root: '/does/not/exist' })).toMatchObject({
    message: 'Library root folder does not exist: file:/does/not/exist',
  });
  expect(await refusal({ name: 'New', root: tmpdir() })).toMatchObject({ message: 'Library name already exists' });
  expect(await refusal({ name: ' ', root: folder })).toMatchObject({ violations: [{ fieldName: 'name' }] });
  expect(await refusal({ name: 'X' })).toMatchObject({ status: 400 });
  expect(await refusal({ name: 'X', root: folder, scanInterval: 'SOMETIMES' })).toMatchObject({ status: 400 });
});

test('options change as far as they are sent; null empties two of them', async () => {
  const library = await aLibrary(app.db, {
    root: folder,
    scanDirectoryExclusions: ['#recycle'],
    oneshotsDirectory: '_',
  });
  const at = `${libraries}/${publicId(library.id)}`;
  await app.admin.patch(at).send({ name: 'Renamed', hashPages: true, root: null }).expect(204);
  expect((await app.admin.get(at)).body).toMatchObject({
    ...{
      name: 'Renamed',
      hashPages: true,
      root: folder,
      scanDirectoryExclusions: ['#recycle'],
      oneshotsDirectory: '_',
    },
  });
  await app.admin.put(at).send({ scanDirectoryExclusions: null, oneshotsDirectory: null }).expect(204);
  expect((await app.admin.get(at)).body).toMatchObject({ scanDirectoryExclusions: [], oneshotsDirectory: null });
  await app.admin.patch(`${libraries}/${unknown}`).send({ name: 'x' }).expect(404);
});

test('a deleted library takes its series along', async () => {
  const library = await aLibrary(app.db);
  const series = await aSeries(app.db, { library });
  await app.admin.delete(`${libraries}/${publicId(library.id)}`).expect(204);
  await app.admin.get(`/api/v1/series/${publicId(series.id)}`).expect(404);
  await app.admin.delete(`${libraries}/${publicId(library.id)}`).expect(404);
});

test('work is queued and answered with 202', async () => {
  await app.db.raw('delete from graphile_worker._private_jobs');
  const library = await aLibrary(app.db);
  await aBook(app.db, { series: await aSeries(app.db, { library }) });
  const at = `${libraries}/${publicId(library.id)}`;
  for (const action of ['scan', 'scan?deep=true', 'analyze', 'metadata/refresh', 'empty-trash']) {
    const response = await app.admin.post(`${at}/${action}`).expect(202);
    expect(response.text).toBe('');
    await app.admin.post(`${libraries}/${unknown}/${action}`).expect(404);
  }
  const jobs = await app.db<{ key: string }>('graphile_worker.jobs').orderBy('key');
  expect(jobs.map(({ key }) => key.replace(/:[0-9a-f-]{36,40}/, ''))).toEqual([
    ...['analyzeBook', 'emptyTrash', 'findBarcode', 'refreshBookMetadata', 'refreshSidecars'],
    ...['scanLibrary:deep', 'scanLibrary:normal'],
  ]);
});

test('administration is for administrators', async () => {
  const library = await aLibrary(app.db);
  const user = await app.user('user@example.org');
  const at = `${libraries}/${publicId(library.id)}`;
  await app.as(user).post(libraries).send({ name: 'x', root: folder }).expect(403);
  await app.as(user).patch(at).send({ name: 'x' }).expect(403);
  await app.as(user).delete(at).expect(403);
  await app.as(user).post(`${at}/scan`).expect(403);
});

test('the trash shows what is gone, the latest first, to administrators', async () => {
  const library = await aLibrary(app.db);
  const series = await aSeries(app.db, { libraryId: library.id, title: 'Fox' });
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  const old = await aBook(app.db, { series, path: 'Fox/1.cbz', deletedAt: at(1) });
  const later = await aBook(app.db, { series, path: 'Fox/2.cbz', deletedAt: at(2) });
  await app
    .db('book')
    .where({ id: old.id })
    .update({ path: `Fox/1.cbz#${old.id}` });
  await aBook(app.db, { series, path: 'Fox/3.cbz' });
  const trash = `/api/kiremisu/v1/libraries/${publicId(library.id)}/trash`;
  const first = await app.admin.get(trash).query({ size: 1 }).expect(200);
  expect(first.body).toMatchObject({
    total: 2,
    books: [
      {
        ...{ id: publicId(later.id), path: 'Fox/2.cbz', seriesTitle: 'Fox', deletedAt: '2026-01-02T00:00:00Z' },
        sizeBytes: Number(later.fileSize),
      },
    ],
  });
  const second = await app.admin.get(trash).query({ size: 1, page: 1 }).expect(200);
  expect(second.body).toMatchObject({ total: 2, books: [{ id: publicId(old.id), path: 'Fox/1.cbz' }] });
  await app
    .as(await app.user('trash@example.org'))
    .get(trash)
    .expect(403);
  await app.admin.get(`/api/kiremisu/v1/libraries/${unknown}/trash`).expect(404);
});

test('our own options tell why a library is not there', async () => {
  const library = await aLibrary(app.db, {
    unavailableAt: new Date(Date.UTC(2026, 0, 3)),
    unavailableReason: 'ERR_2010',
  });
  const own = `/api/kiremisu/v1/libraries/${publicId(library.id)}/options`;
  const changed = await app.admin.patch(own).send({ vanishLimit: null, watch: false }).expect(200);
  expect(changed.body).toMatchObject({
    ...{ vanishLimit: null, watch: false, parseNames: false, lastScanAt: null },
    ...{ unavailableReason: 'ERR_2010', unavailableSince: '2026-01-03T00:00:00Z' },
  });
});

test('the form of a new library in the web UI begins with what the server does anyway', async () => {
  const added = await app.admin.post(libraries).send({ name: 'New', root: folder }).expect(200);
  const library = added.body as Library;
  const own = `/api/kiremisu/v1/libraries/${library.id}`;
  const state = (await app.admin.get(`${own}/options`).expect(200)).body as LibraryState;
  const metadata = (await app.admin.get(`${own}/metadata`).expect(200)).body as MetadataOptions;
  // names, places, what storage boxes put into every folder, and what takes long are the form's own
  const { name, root, scanDirectoryExclusions, importBarcodeIsbn } = newDraft;
  expect({ ...draftOf(library, state, metadata), name, root, scanDirectoryExclusions, importBarcodeIsbn }).toEqual(
    newDraft,
  );
});
