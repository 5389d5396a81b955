import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../../base/errors';
import type { Database } from '../../db/database';
import { Enrichment, SeriesMatch } from '../../model/match';
import type { Queue } from '../../queue/tasks';
import { bookMetadataOf, seriesMetadataOf } from '../metadata-rows';
import { selectMissing } from '../poster-selection';
import { nextCheck } from './schedule';
import { lockSeries, valueBefore, writeValues, type FieldValue, type LockedSeries } from './write';

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

/**
 * Takes back enrichments, the newest first. A field that somebody changed since then stays theirs; every other one is
 * exactly what it was, and who had set it.
 */
async function restore(
  trx: Knex.Transaction,
  locked: LockedSeries,
  enrichments: Enrichment[],
  at: Date,
): Promise<void> {
  const restored = new Map<string, FieldValue>();
  for (const enrichment of enrichments) {
    for (const change of enrichment.changes) {
      const key = `${change.bookId ?? ''} ${change.field}`;
      const now = restored.has(key) ? restored.get(key)?.value : currentValue(locked, change.bookId, change.field);
      if (isDeepStrictEqual(now, change.after)) restored.set(key, valueBefore(change));
    }
  }
  await writeValues(trx, locked, [...restored.values()], at);
  await removePosters(
    trx,
    enrichments.flatMap(({ posters }) => posters),
  );
}

async function removePosters(trx: Knex.Transaction, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await trx.raw<{ rows: { bookId: string | null; seriesId: string | null }[] }>(
    `delete from poster where id = any(?) and type = 'PROVIDER' returning book_id as "bookId", series_id as "seriesId"`,
    [ids],
  );
  await selectMissing(
    trx,
    'book_id',
    rows.flatMap(({ bookId }) => bookId ?? []),
  );
  await selectMissing(
    trx,
    'series_id',
    rows.flatMap(({ seriesId }) => seriesId ?? []),
  );
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
export async function undoAll(trx: Knex.Transaction, locked: LockedSeries, at: Date): Promise<number> {
  const enrichments = await standing(trx, locked.series.id, null);
  await undoThese(trx, locked, enrichments, at);
  return enrichments.length;
}

async function undoThese(trx: Knex.Transaction, locked: LockedSeries, enrichments: Enrichment[], at: Date) {
  if (enrichments.length === 0) return;
  await restore(trx, locked, enrichments, at);
  await Enrichment.query(trx)
    .findByIds(enrichments.map(({ id }) => id))
    .patch({ undoneAt: at });
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
  // the pictures of a refresh took the place of others of the provider
  const hadPosters = enrichments.some(({ posters }) => posters.length > 0);
  if (oldest?.kind === 'refresh' && hadPosters)
    await SeriesMatch.query(trx).findById(seriesId).where({ state: 'matched' }).patch({ coversDue: true });
  // files speak again where the provider had spoken before them
  await queue.submit('refreshSeries', { seriesId }, { trx });
}
