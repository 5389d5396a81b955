import { readdirSync } from 'node:fs';
import path from 'node:path';
import { convertBook } from '../../src/library/convert-book';
import { repairExtension } from '../../src/library/repair-extension';
import { defaultLimits } from '../../src/media/limits';
import { HistoryEvent } from '../../src/model/history-event';
import { Library } from '../../src/model/library';
import { cbz, picture, put } from '../support/book-builders';
import { aProgress, aUser } from '../support/builders';
import { buildTar } from '../support/tar-builder';
import { interrupted, type Moment } from './interrupted';
import { useKilledScanners } from './killed-scanner';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();
const workAndKill = useKilledScanners(database);

const kinds = ['convert', 'repair'] as const;
type Kind = (typeof kinds)[number];
const moments: Moment[] = ['placed', 'stored'];
const cases = kinds.flatMap((kind) => moments.map((moment): [Kind, Moment] => [kind, moment]));
const historyOf = { convert: ['BookConverted', 'BookFileDeleted'], repair: ['BookConverted'] };

/** A book that somebody reads, in a file that is about to be changed. */
async function prepare(kind: Kind): Promise<{ shelf: Shelf; bookId: string }> {
  const shelf = await newShelf({ hashFiles: false });
  const parts = [1, 2, 3].map(async (number) => ({ name: `${number}.jpg`, data: await picture(number) }));
  if (kind === 'repair') put(shelf.root, 'A/1.zip', await cbz({ pages: 3 }));
  else put(shelf.root, 'A/1.cbt', buildTar(await Promise.all(parts)));
  await shelf.scanAll();
  const [book] = await shelf.books();
  await aProgress(database.db, book!, { userId: (await aUser(database.db)).id, page: 2 });
  const options = { convertToCbz: kind === 'convert', repairExtensions: kind === 'repair' };
  await Library.query(database.db).findById(shelf.library.id).patch(options);
  return { shelf, bookId: book!.id };
}

async function expectOneBook({ shelf, bookId }: { shelf: Shelf; bookId: string }, kind: Kind): Promise<void> {
  const { db } = database;
  await drain();
  expect(readdirSync(path.join(shelf.root, 'A'))).toEqual(['1.cbz']);
  expect(await shelf.books()).toMatchObject([
    { id: bookId, path: 'A/1.cbz', mediaStatus: 'READY', mediaType: 'application/zip', pageCount: 3, deletedAt: null },
  ]);
  expect(await db('readProgress').select('bookId', 'page')).toEqual([{ bookId, page: 2 }]);
  const events = await HistoryEvent.query(db);
  expect(events.map(({ type }) => type).sort()).toEqual(historyOf[kind]);
  expect(await db('fileChange')).toEqual([]);
  expect(await shelf.scan()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
}

afterEach(async () => {
  await database.db('library').delete();
  await database.db('historyEvent').delete();
});

test.each(cases)('a scan in the middle of a change (%s, %s) makes no second book', async (kind, moment) => {
  const { shelf, bookId } = await prepare(kind);
  const db = interrupted(database.db, moment, async () => void (await shelf.scan()));
  const payload = { libraryId: shelf.library.id, bookId };
  if (kind === 'convert') await convertBook({ ...context(), db }, payload, { limits: defaultLimits });
  else await repairExtension({ ...context(), db }, payload);
  await expectOneBook({ shelf, bookId }, kind);
});

// a process takes a second or two to start: the repair is killed in the property test
test.each(moments)(
  'a conversion whose process dies in the middle (%s) is finished by the next scan',
  async (moment) => {
    const { shelf, bookId } = await prepare('convert');
    await workAndKill({ libraryId: shelf.library.id, convert: bookId, diesWhen: moment }, 'until death');
    await shelf.scan();
    await expectOneBook({ shelf, bookId }, 'convert');
  },
);
