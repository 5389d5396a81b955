import path from 'node:path';
import { Model } from 'objection';

import { Book } from '../src/model/book';
import { Library } from '../src/model/library';
import { ReadProgress } from '../src/model/reading';
import { Series } from '../src/model/series';
import type { Role } from '../src/model/user-account';
import { findSeries } from '../src/search/find-series';
import { sliceOf } from '../src/search/slice';
import type { Viewer } from '../src/search/viewer';
import { findSubjects, operationsOf, type Operation } from './api-operations';
import { withCatalogue, type Catalogue, type SizeName } from './catalogue';
import { cells, figures, load, option, print, rounds, timed, type Figures } from './figures';
import { openSite, replay, statementsOf, type Ask, type Site } from './site';

/** performance.md §10: G5 and G6; nothing a person waits for may take longer than `hard`. */
const goals = { small: 5, large: 25, graph: 8, hard: 200 };
const most = Number(option('rounds') ?? 100);
/** For one operation, so that the whole ends in some five minutes at a million books and on a busy machine. */
const seconds = 3;
const warmUps = 6;

interface Row {
  name: string;
  http: Figures;
  sql: Figures;
  /** Milliseconds of the processor that Postgres needs. */
  processor: number;
  statements: number;
}

/** Request and bare statements take turns, so that whatever else the machine does hits both. */
async function measure(site: Site, name: string, what: Ask): Promise<Row> {
  for (let round = 0; round < warmUps; round++) await site.ask(what);
  const statements = await statementsOf(site, what);
  const http: number[] = [];
  const sql: number[] = [];
  const processor: number[] = [];
  await rounds(most, seconds, async () => {
    http.push(await timed(() => site.ask(what)));
    sql.push(await timed(async () => processor.push(await replay(site.db, statements))));
  });
  return {
    name,
    http: figures(http),
    sql: figures(sql),
    processor: figures(processor)[0],
    statements: statements.length,
  };
}

function line({ name, http, sql, processor, statements }: Row, goal: number): string {
  const mark = http[1] >= goals.hard ? ' !!' : sql[1] >= goal ? ' *' : '';
  const ratio = `×${(http[0] / sql[0]).toFixed(2)}`;
  return `${name.padEnd(34)}${cells(http)}  ${cells([...sql, processor])}${String(statements).padStart(5)}${ratio.padStart(8)}${mark}`;
}

/** Of all operations: what is beyond a goal, by the clock and, which a busy machine changes less, by the processor of Postgres. */
function summary(rows: readonly Row[], goal: number): string {
  const count = (isOne: (row: Row) => boolean) => rows.filter(isOne).length;
  const processors = rows.map(({ processor }) => processor);
  return [
    `${rows.length} operations, load ${load()}: ${count(({ http }) => http[1] >= goals.hard)} above ${goals.hard} ms (p95),`,
    `${count(({ sql }) => sql[1] >= goal)} with statements above ${goal} ms (p95), ${count(({ processor }) => processor >= goal)}`,
    `that need more of a processor in Postgres (median; of all operations ${figures(processors)[0].toFixed(1)})`,
  ].join(' ');
}

const askOf = ({ path, body, restricted, admin }: Operation, { keys }: Catalogue): Ask => ({
  ...{ path, body, key: restricted ? keys.restricted : admin ? keys.admin : keys.all },
});

/** The models with relations, as a server that trusts its object mapper would have them. */
class GraphBook extends Book {
  static override relationMappings = {
    progress: {
      ...{ relation: Model.HasManyRelation, modelClass: ReadProgress },
      join: { from: 'book.id', to: 'read_progress.bookId' },
    },
  };
}
class GraphSeries extends Series {
  static override relationMappings = {
    library: {
      ...{ relation: Model.BelongsToOneRelation, modelClass: Library },
      join: { from: 'series.libraryId', to: 'library.id' },
    },
    books: { relation: Model.HasManyRelation, modelClass: GraphBook, join: { from: 'series.id', to: 'book.seriesId' } },
  };
}

const ofEverything = (userId: string): Viewer => ({
  ...{ userId, email: '', roles: new Set<Role>(), libraryIds: null, ageRestriction: null },
  ...{ labelsAllow: [], labelsExclude: [] },
});

/**
 * G5: the page of series by title through an Objection graph, counts of the viewer made of books and progress; the same page
 * through the query layer, and as a client has it.
 */
async function measureGraph(site: Site, { userId, keys }: Catalogue): Promise<boolean> {
  const graph = async () =>
    await GraphSeries.query(site.db)
      .orderBy(['titleSort', 'id'])
      .page(0, 20)
      .withGraphFetched('[library, books.progress(mine)]')
      .modifiers({ mine: (query) => void query.where({ userId }) });
  const ours = { path: '/api/v1/series/list?size=20&sort=metadata.titleSort,asc', body: {}, key: keys.all };
  const query = { sort: ['metadata.titleSort,asc'], slice: sliceOf({ size: 20 }) };
  const times: Record<'graph' | 'rows' | 'ours', number[]> = { graph: [], rows: [], ours: [] };
  await rounds(Math.max(50, most), 4 * seconds, async () => {
    times.graph.push(await timed(graph));
    times.rows.push(await timed(() => findSeries(site.db, ofEverything(userId), query)));
    times.ours.push(await timed(() => site.ask(ours)));
  });
  const [slow, rows, fast] = [figures(times.graph), figures(times.rows), figures(times.ours)];
  const ratio = slow[0] / fast[0];
  print(`${'series by an Objection graph'.padEnd(34)}${cells(slow)}`);
  print(`${'the same by the query layer'.padEnd(34)}${cells(rows)}   ×${(slow[0] / rows[0]).toFixed(1)}`);
  print(`${'the same list over HTTP'.padEnd(34)}${cells(fast)}   ×${ratio.toFixed(1)}, wanted ×${goals.graph}`);
  return ratio >= goals.graph;
}

/** What lists without pages take of time and memory, this client included, which keeps nothing. */
async function measureWhole(site: Site, { keys }: Catalogue): Promise<void> {
  for (const path of ['/api/v1/series?unpaged=true', '/api/v1/books?unpaged=true']) {
    const megabytes = () => process.memoryUsage().rss / 1e6;
    const before = megabytes();
    let peak = before;
    const watching = setInterval(() => (peak = Math.max(peak, megabytes())), 50);
    let bytes = 0;
    const time = await timed(async () => (bytes = await site.ask({ path, key: keys.all })));
    clearInterval(watching);
    const memory = `memory ${before.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`;
    print(`${path.padEnd(34)} ${(bytes / 1e6).toFixed(0)} MB in ${(time / 1000).toFixed(1)} s, ${memory}`);
  }
}

const heads = ['p50', 'p95', 'p99', '', 'p50', 'p95', 'p99', 'CPU'].map((head) =>
  head === '' ? '  ' : head.padStart(7),
);

async function measureAll(site: Site, catalogue: Catalogue, goal: number): Promise<boolean> {
  print(`${''.padEnd(34)}${'HTTP, ms'.padStart(21)}  ${'bare SQL, ms'.padStart(21)}`);
  print(`${''.padEnd(34)}${heads.join('')} stmt   ratio`);
  const rows: Row[] = [];
  for (const operation of operationsOf(await findSubjects(site.db))) {
    const row = await measure(site, operation.name, askOf(operation, catalogue));
    rows.push(row);
    print(line(row, goal));
  }
  print(
    `¶ somebody from whom most is hidden; * p95 of the statements above ${goal} ms; !! p95 of the requests above ${goals.hard} ms`,
  );
  print(summary(rows, goal));
  await measureWhole(site, catalogue);
  return (await measureGraph(site, catalogue)) && rows.every(({ http }) => http[1] < goals.hard);
}

/**
 * Lists and look-ups of the clients on 10,000 series and 50,000 books, with `--large` on 100,000 and 1,000,000: how long
 * each takes, how many statements it sends, and how much the server adds to them.
 */
export function api(): Promise<boolean> {
  const name: SizeName = process.argv.includes('--large') ? 'large' : 'small';
  return withCatalogue(name, async (catalogue) => {
    const site = await openSite(catalogue.db, path.join(catalogue.folder, 'cache'));
    try {
      return await measureAll(site, catalogue, goals[name]);
    } finally {
      await site.close();
    }
  });
}
