import { publicId } from '../../base/public-id';
import type { Database } from '../../db/database';
import { failedCounts } from '../../queue/queue';
import { findLibraryTotals, findTotals, type LibraryTotals, type Totals } from '../../search/find-metrics';
import { taskTypeName } from './present/event';

/** One figure with what tells it from others of the same metric. */
export interface Measured {
  tag?: { name: string; value: string };
  value: number;
}

interface MetricDefinition {
  description: string;
  baseUnit: string | null;
  statistic: 'VALUE' | 'COUNT';
  read(db: Database): Promise<Measured[]>;
}

const perLibrary =
  (key: Exclude<keyof LibraryTotals, 'libraryId'>): MetricDefinition['read'] =>
  async (db) =>
    (await findLibraryTotals(db)).map((totals) => ({
      tag: { name: 'library', value: publicId(totals.libraryId) },
      value: totals[key],
    }));

const total =
  (key: keyof Totals): MetricDefinition['read'] =>
  async (db) => [{ value: (await findTotals(db))[key] }];

const value = { baseUnit: null, statistic: 'VALUE' } as const;

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
  'komga.tasks.failure': {
    ...{ description: 'Tasks that failed and wait for a decision', baseUnit: null, statistic: 'COUNT' },
    read: async (db) =>
      (await failedCounts(db)).map(({ task, count }) => ({
        tag: { name: 'type', value: taskTypeName(task) },
        value: count,
      })),
  },
};

/** The sum of what the tags let through; null when nothing was measured. */
export async function readMetric(db: Database, metric: MetricDefinition, tags: readonly string[]) {
  const wanted = new Map(tags.map((tag) => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)]));
  const measured = (await metric.read(db)).filter(({ tag }) =>
    [...wanted].every(([name, text]) => tag?.name === name && tag.value === text),
  );
  if (measured.length === 0) return null;
  const tagged = measured.flatMap(({ tag }) => (tag && !wanted.has(tag.name) ? [tag] : []));
  const names = [...new Set(tagged.map(({ name }) => name))];
  return {
    value: measured.reduce((sum, one) => sum + one.value, 0),
    availableTags: names.map((tag) => ({
      tag,
      values: tagged.filter(({ name }) => name === tag).map((one) => one.value),
    })),
  };
}
