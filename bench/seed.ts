import type { Knex } from 'knex';
import { newId } from '../src/base/public-id';
import type { Database } from '../src/db/database';

/** How large a catalogue is: series, and books in each. */
export interface SeedSize {
  series: number;
  booksEach: number;
}

export interface Seeded {
  libraryIds: string[];
  /** The only user with progress: of every fifth series two books are read, of every tenth one is begun. */
  userId: string;
}

/** Ids in the order of their numbers, told apart by the first digits. */
const id = (kind: string, number: string) => `('${kind}-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const libraryId = (series: string) => id('018c0000-0001', `${series} % 5`);
const seriesId = (series: string) => id('018c0000-0002', series);
const bookId = (book: string) => id('018c0000-0003', book);

const pick = (words: string, number: string) => `(array[${words}])[1 + (${number}) % ${words.split(',').length}]`;
const adjectives =
  "'Amber','Broken','Crimson','Distant','Electric','Frozen','Gentle','Hollow','Iron','Jade','Lucid','進撃の','Тихий'";
const nouns = "'Lanterns','Harbours','Gardens','Engines','Foxes','Rivers','Towers','Letters','Winters','巨人','Дон'";
const genres = "'drama','action','slice of life','mystery','comedy','horror','romance'";
const ages = 'null,null,null,0,6,12,16,18';

/**
 * A catalogue as ten thousand folders would leave it, written by the database itself: what is measured is how it is read.
 * One book in two hundred cannot be read, as in real libraries; one in fifty is there twice. Every newer book has a poster
 * row and pages without a file. 60 genres, 1,500 tags and an author for three series, as in performance.md §2.
 */
export async function seedCatalogue(db: Database, size: SeedSize): Promise<Seeded> {
  const seeded = await db.transaction(async (trx) => {
    // the server's own patience is for requests
    await trx.raw("set local statement_timeout = 0; set local maintenance_work_mem = '512MB'");
    // what looks for copies would look through all books again and again, without an index: 12 minutes and no end at a million
    await trx.raw('alter table book disable trigger user');
    const filled = await withoutIndexes(trx, () => fill(trx, size));
    await trx.raw('alter table book enable trigger user');
    await trx.raw(copiesSql);
    return filled;
  });
  await db.raw('set statement_timeout = 0');
  await db.raw('vacuum (analyze, parallel 0)');
  return seeded;
}

const copiesSql = `
  insert into duplicate_file (file_hash, file_size, copies)
  select file_hash, file_size, count(*) from book where file_hash <> '' group by 1, 2 having count(*) > 1`;

/** Indexes that are made afterwards cost a third of those that are kept while a million rows come. */
async function withoutIndexes<T>(trx: Knex.Transaction, work: () => Promise<T>): Promise<T> {
  const { rows } = await trx.raw<{ rows: { name: string; definition: string }[] }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
     where i.indrelid in ('series'::regclass, 'book'::regclass) and not i.indisunique`,
  );
  for (const { name } of rows) await trx.raw(`drop index ${name}`);
  const result = await work();
  for (const { definition } of rows) await trx.raw(definition);
  return result;
}

async function fill(db: Knex.Transaction, { series, booksEach }: SeedSize): Promise<Seeded> {
  const libraryIds: string[] = [];
  for (let number = 0; number < 5; number++) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(
      `insert into library (id, name, root, created_at, modified_at) values (${libraryId('?::int')}, ?, ?, now(), now())
       returning id`,
      [number, `Shelf ${number}`, `/nowhere/${number}`],
    );
    libraryIds.push(rows[0]?.id ?? '');
  }
  await db.raw(seriesSql(series, booksEach));
  await db.raw(booksSql(series * booksEach, booksEach));
  await db.raw(mediaSql);
  await db.raw(postersSql);
  await seedLists(db);
  return { libraryIds, userId: await seedReader(db) };
}

const seriesSql = (count: number, booksEach: number) => `
  insert into series (id, library_id, path, name, file_modified_at, book_count, created_at, modified_at, title, title_sort,
    summary, publisher, language, age_rating, genres, tags, books_tags, sharing_labels, genre_keys, tag_keys, sharing_label_keys,
    title_key, title_sort_key, search_key, publisher_key, books_authors, author_keys, books_release_date,
    metadata_created_at, metadata_modified_at, books_metadata_created_at, books_metadata_modified_at)
  select ${seriesId('n')}, ${libraryId('n')}, title, title, at, ${booksEach}, at, at + (n % 3) * interval '1 day', title, title,
    repeat('What happens in it. ', 15), 'Press ' || n % 200, ${pick("'en','ja','de','fr','es'", 'n')}, age, genres, tags, tags[1:2], labels,
    genres, tags, labels, lower(title), lower(title), lower(title), 'press ' || n % 200,
    jsonb_build_array(jsonb_build_object('name', writer, 'role', 'writer'), jsonb_build_object('name', artist, 'role', 'penciller')),
    array['writer|' || lower(writer), '|' || lower(writer), 'writer|', 'penciller|' || lower(artist), '|' || lower(artist), 'penciller|'],
    date '1990-01-01' + n % 12000, at, at, at, at
  from (select n, ${pick(adjectives, 'n')} || ' ' || ${pick(nouns, 'n / 13')} || ' ' || n as title,
      array[${pick(genres, 'n')}, 'genre ' || n * 7 % 53] as genres,
      array['tag ' || n % 1500, 'tag ' || n * 7 % 1500, 'tag ' || n::bigint * n % 1500] as tags,
      case when n % 10 = 3 then array['kids'] when n % 10 = 7 then array['hidden', 'private'] else '{}'::text[] end as labels,
      (array[${ages}])[1 + n / 5 % ${ages.split(',').length}] as age,
      'Author ' || n % ${Math.ceil(count / 3)} as writer, 'Author ' || n * 11 % ${Math.ceil(count / 3)} as artist,
      timestamptz '2024-01-01' + n * interval '1 minute' as at
    from generate_series(1, ${count}) n) made`;

const booksSql = (count: number, each: number) => `
  insert into book (id, library_id, series_id, path, name, file_size, file_modified_at, file_hash, number, created_at, modified_at,
    title, summary, metadata_number, number_sort, release_date, authors, tags, tag_keys, author_keys, metadata_created_at,
    metadata_modified_at, media_status, media_type, media_profile, page_count, media_modified_at, title_key, search_key)
  select ${bookId('n')}, s.library_id, s.id, s.path || '/' || v || '.cbz', s.title || ' v' || v, 40000000 + n / 100, at,
    md5((case when n % 50 = 1 then n - 1 else n end)::text), v, at, at,
    'Volume ' || v, repeat('A volume in which much is told. ', 10), v::text, v, date '2000-01-01' + n % 8000,
    s.books_authors, s.tags[1:2], s.tag_keys[1:2], s.author_keys, at, at,
    case when n % 200 = 0 then 'ERROR' else 'READY' end, 'application/zip', 'DIVINA', 180, at, 'volume ' || v, 'volume ' || v
  from (select n, (n - 1) / ${each} + 1 as owner, (n - 1) % ${each} + 1 as v,
      timestamptz '2024-02-01' + n * interval '1 second' as at
    from generate_series(1, ${count}) n) made join series s on s.id = ${seriesId('owner')} order by n`;

/** Only feeds of the newest books look at these: 180 pages are some 20 kB of JSON, as analysis stores it. */
const mediaSql = `
  insert into book_media (book_id, container, pages, file_size, file_modified_at)
  select b.id, 'zip', p.pages, b.file_size, b.file_modified_at from book b cross join (
    select jsonb_agg(jsonb_build_object('name', lpad(n::text, 3, '0') || '.jpg', 'mediaType', 'image/jpeg', 'width', 1400,
      'height', 2000, 'size', 250000, 'location', jsonb_build_object('kind', 'entry', 'offset', n * 250000))) as pages
    from generate_series(1, 180) n) p
  where b.created_at > (select max(created_at) from book) - interval '20000 seconds'`;

const postersSql = `
  insert into poster (id, book_id, type, selected, media_type, file_size, width, height, image, created_at)
  select gen_random_uuid(), b.id, 'GENERATED', true, 'image/jpeg', 3, 200, 300, '\\xffd8ff', now() from book b
  where b.created_at > (select max(created_at) from book) - interval '200000 seconds'`;

async function seedLists(db: Knex.Transaction): Promise<void> {
  for (const [list, members, member, from] of [
    ['collection', 'collection_series', 'series_id', 'series'],
    ['read_list', 'read_list_book', 'book_id', 'book'],
  ]) {
    for (let number = 0; number < 50; number++) {
      const id = newId();
      await db.raw(
        `insert into ${list} (id, name, name_key, ordered, created_at, modified_at) values (:id, :name, :key, true, now(), now())`,
        { id, name: `List ${number}`, key: `list ${number}` },
      );
      await db.raw(
        `insert into ${members} (${list}_id, ${member}, position)
         select :id, id, row_number() over () - 1 from (select id from ${from} order by id offset :at limit 100) picked`,
        { id, at: number * 100 },
      );
    }
  }
}

async function seedReader(db: Knex.Transaction): Promise<string> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into user_account (id, email, password_hash, roles, created_at, modified_at)
     values (gen_random_uuid(), 'bench@example.org', '', '{PAGE_STREAMING,FILE_DOWNLOAD}', now(), now()) returning id`,
  );
  const userId = rows[0]?.id ?? '';
  const number = "('x' || right(s.id::text, 8))::bit(32)::int";
  await db.raw(
    `insert into read_progress (user_id, book_id, page, completed, read_at, created_at, modified_at)
     select :userId::uuid, b.id, case when b.number < 3 then 180 else 7 end, b.number < 3, b.created_at, now(), now()
     from book b join series s on s.id = b.series_id
     where b.number <= 3 and ${number} % 5 = 0 and (b.number < 3 or ${number} % 10 = 0)`,
    { userId },
  );
  await db.raw(
    `insert into series_progress (user_id, series_id, read_count, in_progress_count, last_read_at)
     select p.user_id, b.series_id, count(*) filter (where p.completed), count(*) filter (where not p.completed),
       max(p.read_at) from read_progress p join book b on b.id = p.book_id group by 1, 2`,
  );
  return userId;
}
