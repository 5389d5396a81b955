import { publicId } from '../../base/public-id';
import { failedCounts } from '../../queue/queue';
import { findLibraryTotals, findTotals, type LibraryTotals, type Totals } from '../../search/find-metrics';
import type { HttpDeps } from '../deps';
import { taskTypeName } from './present/event';

type Statistic = 'VALUE' | 'COUNT' | 'TOTAL_TIME' | 'MAX';

/** Figures with what tells them from others of the same metric. */
interface Measured {
  tag?: { name: string; value: string };
  values: Partial<Record<Statistic, number>>;
}

type Sources = Pick<HttpDeps, 'db' | 'taskTotals'>;

interface MetricDefinition {
  description: string;
  baseUnit: string | null;
  read(sources: Sources): Promise<Measured[]> | Measured[];
}

const perLibrary =
  (key: Exclude<keyof LibraryTotals, 'libraryId'>): MetricDefinition['read'] =>
  async ({ db }) =>
    (await findLibraryTotals(db)).map((totals) => ({
      tag: { name: 'library', value: publicId(totals.libraryId) },
      values: { VALUE: totals[key] },
    }));

const total =
  (key: keyof Totals): MetricDefinition['read'] =>
  async ({ db }) => [{ values: { VALUE: (await findTotals(db))[key] } }];

const value = { baseUnit: null };
const ofType = (task: string) => ({ name: 'type', value: taskTypeName(task) });

/** The metrics that the front-ends' page shows, under Komga's names (komga-rest.md §22). */
export const komgaMetrics: Record<string, MetricDefinition> = {
  'komga.libraries': { ...value, description: 'Libraries', read: total('libraries') },
  'komga.series': { ...value, description: 'Series by library', read: perLibrary('series') },
  'komga.books': { ...value, description: 'Books by library', read: perLibrary('books') },
  'komga.books.filesize': {
    ...{ ...value, baseUnit: 'bytes', description: 'Size of all files by library', read: perLibrary('fileSize') },
  },
  'komga.sidecars': { ...value, description: 'Pictures beside books and series', read: perLibrary('sidecars') },
  'komga.collections': { ...value, description: 'Collections', read: total('collections') },
  'komga.readlists': { ...value, description: 'Read lists', read: total('readLists') },
  'komga.tasks.execution': {
    ...{ description: 'Tasks that ran since the start', baseUnit: 'seconds' },
    read: ({ taskTotals }) =>
      taskTotals.all().map(({ task, count, seconds, longest }) => ({
        ...{ tag: ofType(task), values: { COUNT: count, TOTAL_TIME: seconds, MAX: longest } },
      })),
  },
  'komga.tasks.failure': {
    ...{ description: 'Tasks that failed and wait for a decision', baseUnit: null },
    read: async ({ db }) =>
      (await failedCounts(db)).map(({ task, count }) => ({ tag: ofType(task), values: { COUNT: count } })),
  },
};

function sumsOf(measured: Measured[]): { statistic: Statistic; value: number }[] {
  const sums = new Map<Statistic, number>();
  for (const [statistic, figure] of measured.flatMap(({ values }) => Object.entries(values) as [Statistic, number][])) {
    const known = sums.get(statistic) ?? 0;
    sums.set(statistic, statistic === 'MAX' ? Math.max(known, figure) : known + figure);
  }
  return [...sums].map(([statistic, figure]) => ({ statistic, value: figure }));
}

/** What the tags let through, added up; null when nothing was measured. */
export async function readMetric(sources: Sources, metric: MetricDefinition, tags: readonly string[]) {
  const wanted = new Map(tags.map((tag) => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)]));
  const measured = (await metric.read(sources)).filter(({ tag }) =>
    [...wanted].every(([name, text]) => tag?.name === name && tag.value === text),
  );
  if (measured.length === 0) return null;
  const tagged = measured.flatMap(({ tag }) => (tag && !wanted.has(tag.name) ? [tag] : []));
  const names = [...new Set(tagged.map(({ name }) => name))];
  return {
    measurements: sumsOf(measured),
    availableTags: names.map((tag) => ({
      tag,
      values: [...new Set(tagged.filter(({ name }) => name === tag).map((one) => one.value))],
    })),
  };
}
