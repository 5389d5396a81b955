import { newId } from '../../src/base/public-id';
import { previewMatch } from '../../src/library/enrich/requests';
import { SeriesMatch } from '../../src/model/match';
import { aBook, aLibrary, aSeries } from '../support/builders';
import { useMangaDex } from './enrich-support';

const bench = useMangaDex();
const {
  test: database,
  titles: { harbor, strip },
} = bench;
const { one, matchOf, booksOf, candidates, volumes, snapshot } = bench.shelf;

describe('a new series', () => {
  test('is matched and filled without a click', async () => {
    const { id } = await volumes('Harbor Nights (2015) (Digital)', 3);
    await bench.run();
    expect(await one(id)).toMatchObject({
      title: 'Harbor Nights (2015) (Digital)',
      status: 'ENDED',
      summary: 'Ships ♥ and storms.',
      genres: ['action', 'seinen'],
      tags: ['pirates', 'gore'],
      ageRating: 16,
      readingDirection: 'RIGHT_TO_LEFT',
      totalBookCount: 3,
      links: [
        { label: 'MangaDex', url: `https://mangadex.org/title/${harbor.id}` },
        { label: 'AniList', url: 'https://anilist.co/manga/777' },
        { label: 'Official Raw', url: 'https://example.org/raw' },
      ],
      alternateTitles: [
        { label: 'ja-ro', title: 'Minato no Yoru' },
        { label: 'en', title: 'Harbor Nights' },
        { label: 'ja', title: '港の夜' },
      ],
      booksAuthors: [
        { name: 'Sato Umi', role: 'writer' },
        { name: 'Kaji Ren', role: 'penciller' },
      ],
    });
    expect(await matchOf(id)).toMatchObject({ state: 'matched', decidedBy: 'machine', externalId: harbor.id });
  });

  test('has the titles in the language of its files among the others', async () => {
    const { id } = await volumes('Harbor Nights', 1, { language: 'de' });
    await bench.run();
    expect((await one(id)).alternateTitles).toContainEqual({ label: 'de', title: 'Nächte am Hafen' });
  });

  test('is only proposed where the library wants to be asked', async () => {
    const library = await aLibrary(database.db, { mangadex: 'review' });
    const { id } = await volumes('Harbor Nights', 2, { library });
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'proposed' });
    expect((await one(id)).links).toEqual([]);
    expect(await candidates(id)).toMatchObject([{ externalId: harbor.id, record: { title: 'Minato no Yoru' } }]);
  });

  test('is not looked for where the library is off: nothing is sent', async () => {
    const library = await aLibrary(database.db, { mangadex: 'off' });
    await volumes('Harbor Nights', 2, { library });
    await bench.run();
    await bench.run({ mode: 'off' });
    expect(bench.fake.requests).toEqual([]);
  });

  test('waits until its files were read', async () => {
    const series = await aSeries(database.db, { name: 'Harbor Nights' });
    await aBook(database.db, { series, mediaStatus: 'UNKNOWN' });
    await bench.run();
    expect(await matchOf(series.id)).toBeUndefined();
  });

  test('of two titles of one name is left to a person', async () => {
    const { id } = await volumes('Twin Moon');
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'proposed' });
    expect(await candidates(id)).toHaveLength(2);
  });

  test('that nobody knows is not asked about again at once', async () => {
    const { id } = await volumes('Nobody Knows This Name');
    await bench.run();
    const asked = bench.fake.requests.length;
    await bench.run();
    expect(bench.fake.requests).toHaveLength(asked);
    expect((await matchOf(id))?.checkAt.getTime()).toBeGreaterThan(Date.now() + 7 * 86_400_000);
  });
});

describe('what is there already', () => {
  test('stays where a lock, a person or a file holds it', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const { id } = await volumes('Harbor Nights', 1, {
      summary: 'by a file',
      status: 'HIATUS',
      locked: ['status'],
      genres: ['mine'],
      provenance: { summary: { source: 'file', at }, genres: { source: 'person', at } },
    });
    await bench.run();
    expect(await one(id)).toMatchObject({ summary: 'by a file', status: 'HIATUS', genres: ['mine'], ageRating: 16 });
  });

  test('in links of a person is kept beside the page of MangaDex', async () => {
    const mine = { label: 'Wiki', url: 'https://example.org/wiki' };
    const { id } = await volumes('Harbor Nights', 1, {
      links: [mine],
      provenance: { links: { source: 'person', at: '2026-01-01T00:00:00.000Z' } },
    });
    await bench.run();
    expect((await one(id)).links).toEqual([
      { label: 'MangaDex', url: `https://mangadex.org/title/${harbor.id}` },
      mine,
    ]);
  });

  test('is shown as a difference before anything is written', async () => {
    const { id } = await volumes('Harbor Nights', 1, { locked: ['summary'] });
    const before = await snapshot(id);
    const plan = await previewMatch(bench.deps(), id, harbor.id);
    expect(plan.changes).toContainEqual(
      expect.objectContaining({ field: 'status', before: 'ONGOING', after: 'ENDED' }),
    );
    expect(plan.kept).toContainEqual(expect.objectContaining({ field: 'summary', because: 'locked' }));
    expect(await snapshot(id)).toEqual(before);
  });
});

describe('chapters', () => {
  test('get their titles, in the language of the series, and the series the main cover', async () => {
    bench.fake.chapters.set(strip.id, [
      { volume: null, chapter: '1', title: 'Der Anfang', language: 'de' },
      { volume: null, chapter: '1', title: 'The Beginning' },
      { volume: null, chapter: '2', title: '' },
      { volume: null, chapter: '2', title: 'Upwards' },
    ]);
    const series = await aSeries(database.db, { name: 'Cloud Ladder' });
    for (const number of [1, 2, 3])
      await aBook(database.db, { series, name: `Cloud Ladder c00${number}`, pageCount: 30 });
    await bench.run();
    expect((await booksOf(series.id)).map(({ title }) => title)).toEqual([
      'The Beginning',
      'Upwards',
      'Cloud Ladder c003',
    ]);
    expect((await one(series.id)).readingDirection).toBe('WEBTOON');
    expect(await database.db('poster').where({ seriesId: series.id }).select('type', 'selected')).toEqual([
      { type: 'PROVIDER', selected: true },
    ]);
  });
});

describe('covers', () => {
  const covers = [
    { volume: '1', locale: 'en', fileName: 'one-en.jpg' },
    { volume: '1', locale: 'ja', fileName: 'one.jpg' },
    { volume: '1', locale: 'ja', fileName: 'one-b.jpg', description: 'alternate cover' },
    { volume: '2.5', locale: 'ja', fileName: 'half.jpg' },
  ];

  test('of volumes become posters, in place of generated ones only', async () => {
    bench.fake.covers.set(harbor.id, [...covers, { volume: '2', locale: 'ja', fileName: 'two.jpg' }]);
    const { id } = await volumes('Harbor Nights', 2);
    const [first, second] = await booksOf(id);
    const poster = {
      mediaType: 'image/jpeg',
      fileSize: 1,
      width: 1,
      height: 1,
      image: Buffer.from('x'),
      selected: true,
    };
    const createdAt = new Date();
    await database.db('poster').insert([
      { ...poster, id: newId(), bookId: first?.id, type: 'GENERATED', createdAt },
      { ...poster, id: newId(), bookId: second?.id, type: 'USER_UPLOADED', createdAt },
    ]);
    await bench.run();
    const rows = await database.db('poster').select('bookId', 'type', 'selected', 'origin').orderBy(['bookId', 'type']);
    expect(rows).toEqual([
      { bookId: first?.id, type: 'GENERATED', selected: false, origin: null },
      { bookId: first?.id, type: 'PROVIDER', selected: true, origin: `${harbor.id}/one.jpg` },
      { bookId: second?.id, type: 'PROVIDER', selected: false, origin: `${harbor.id}/two.jpg` },
      { bookId: second?.id, type: 'USER_UPLOADED', selected: true, origin: null },
    ]);
  });

  test('are fetched once, and not at all where the library does not want them', async () => {
    bench.fake.covers.set(harbor.id, covers);
    const { id } = await volumes('Harbor Nights', 1);
    await volumes('Harbor Nights', 1, { library: await aLibrary(database.db, { mangadexCovers: false }) });
    await bench.run();
    await SeriesMatch.query(database.db).findById(id).patch({ coversDue: true });
    await bench.run();
    expect(bench.fake.requests.filter(({ path }) => path.startsWith('/covers/'))).toHaveLength(1);
  });
});
