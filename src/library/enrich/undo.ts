import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../../base/errors';
import type { Database } from '../../db/database';
import { Enrichment, SeriesMatch, type FieldChange } from '../../model/match';
import type { Queue } from '../../queue/tasks';
import { bookMetadataOf, seriesMetadataOf } from '../metadata-rows';
import { undoPosters } from './replaced-posters';
import { nextCheck } from './schedule';
import { lockSeries, valueAfter, valueBefore, writeValues, type FieldValue, type LockedSeries } from './write';

interface Deps {
  db: Database;
  queue: Queue;
}

/** The fields now, as the enrichments before this one left them. */
function currentValue({ series, books }: LockedSeries, bookId: string | null, field: string): unknown {
  if (bookId === null) return seriesMetadataOf(series)[field as keyof ReturnType<typeof seriesMetadataOf>];
  const book = books.find(({ id }) => id === bookId);
  return book && bookMetadataOf(book)[field as keyof ReturnType<typeof bookMetadataOf>];
}

/** What is taken back, the newest first, and what that lets stand again, the oldest first. */
interface Steps {
  back: Enrichment[];
  again: Enrichment[];
}

/**
 * A field that somebody changed since then stays theirs; every other one is exactly what it was, and who had set it.
 */
async function restore(trx: Knex.Transaction, locked: LockedSeries, { back, again }: Steps, at: Date): Promise<void> {
  const restored = new Map<string, FieldValue>();
  const step = (change: FieldChange, expected: unknown, value: FieldValue) => {
    const key = `${change.bookId ?? ''} ${change.field}`;
    const now = restored.has(key) ? restored.get(key)?.value : currentValue(locked, change.bookId, change.field);
    if (isDeepStrictEqual(now, expected)) restored.set(key, value);
  };
  for (const { changes } of back) for (const change of changes) step(change, change.after, valueBefore(change));
  for (const { changes, appliedAt } of again) {
    for (const change of changes) step(change, change.before, valueAfter(change, appliedAt));
  }
  await writeValues(trx, locked, [...restored.values()], at);
}

/** Those of the series that still stand, the newest first; from the given one on, or all. */
async function standing(trx: Knex.Transaction, seriesId: string, since: Enrichment | null): Promise<Enrichment[]> {
  const query = Enrichment.query(trx)
    .where({ seriesId })
    .whereNull('undoneAt')
    .orderBy([
      { column: 'appliedAt', order: 'desc' },
      { column: 'id', order: 'desc' },
    ]);
  if (since) void query.where('appliedAt', '>=', since.appliedAt);
  return query;
}

/** Takes back everything that the provider wrote to a series, in the transaction of what replaces it. */
export async function undoAll(
  trx: Knex.Transaction,
  locked: LockedSeries,
  at: Date,
  replacedBy: string | null = null,
): Promise<void> {
  const back = await standing(trx, locked.series.id, null);
  if (back.length === 0) return;
  await restore(trx, locked, { back, again: [] }, at);
  await undoPosters(trx, back, replacedBy);
  await Enrichment.query(trx).findByIds(idsOf(back)).patch({ undoneAt: at, replacedBy });
}

const idsOf = (enrichments: Enrichment[]): string[] => enrichments.map(({ id }) => id);

/** Takes back these, and lets stand again what they had replaced. */
async function undoThese(trx: Knex.Transaction, locked: LockedSeries, back: Enrichment[], at: Date): Promise<void> {
  const again = await Enrichment.query(trx).whereIn('replacedBy', idsOf(back)).orderBy(['appliedAt', 'id']);
  await restore(trx, locked, { back, again }, at);
  await undoPosters(trx, back, null);
  await Enrichment.query(trx).findByIds(idsOf(back)).patch({ undoneAt: at });
  await Enrichment.query(trx).findByIds(idsOf(again)).patch({ undoneAt: null, replacedBy: null });
}

/**
 * The decision before: another match, an open question, the wish for none. Without one nothing is matched again by itself:
 * a person has just said that it was wrong.
 */
async function restoreDecision(trx: Knex.Transaction, seriesId: string, oldest: Enrichment, at: Date): Promise<void> {
  const before = oldest.matchBefore as Partial<SeriesMatch> | null;
  const state = before?.state ?? 'none';
  const row =
    before && state !== 'none'
      ? { ...before, coversDue: false }
      : { state: 'none' as const, externalId: null, externalVersion: null, score: null, reasons: [], coversDue: false };
  await SeriesMatch.query(trx)
    .findById(seriesId)
    .patch({ ...row, decidedBy: 'person', decidedAt: at, checkAt: nextCheck(state, null, at) });
}

/** Undoes one match or refresh and everything after it on that series. Throws 404 when there is none that stands. */
export async function undoEnrichment({ db, queue }: Deps, id: string): Promise<void> {
  const target = await Enrichment.query(db).findById(id);
  if (!target) throw notFound();
  await db.transaction(async (trx) => {
    const locked = await lockSeries(trx, target.seriesId);
    const current = await Enrichment.query(trx).findById(id);
    if (!locked || !current || current.undoneAt !== null) throw notFound();
    await undoSince(trx, queue, locked, current);
  });
}

/** Undoes an enrichment and what followed it on its series, in the transaction that holds the series. */
export async function undoSince(
  trx: Knex.Transaction,
  queue: Queue,
  locked: LockedSeries,
  target: Enrichment,
): Promise<void> {
  const at = new Date();
  const seriesId = locked.series.id;
  const enrichments = await standing(trx, seriesId, target);
  await undoThese(trx, locked, enrichments, at);
  const oldest = enrichments.at(-1);
  if (oldest?.kind === 'match') await restoreDecision(trx, seriesId, oldest, at);
  // files speak again where the provider had spoken before them
  await queue.submit('refreshSeries', { seriesId }, { trx });
}
