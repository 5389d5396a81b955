import { HttpFailure, notFound } from '../../base/errors';
import { newId } from '../../base/public-id';
import type { Database } from '../../db/database';
import { formsOf, matcherVersion, score, type Scored } from '../../metadata/matching/score';
import {
  ProviderRefused,
  ProviderUnavailable,
  type MetadataProvider,
  type ProviderTitle,
} from '../../metadata/provider';
import { Book } from '../../model/book';
import { Library } from '../../model/library';
import { SeriesCandidate, SeriesMatch } from '../../model/match';
import { Series } from '../../model/series';
import { queueOperation } from '../../queue/operations';
import type { Queue } from '../../queue/tasks';
import { silentLog, type Log } from '../../base/log';
import { applyMatch } from './apply';
import { recordOf, unknownRecord } from './candidates';
import { openMangaDex, type MangaDexSettings, type Tuning } from './mangadex';
import { chaptersFor } from './match-series';
import { requireProvider } from './mode';
import { libraryOperation } from './operations';
import { planEnrichment, type Plan } from './plan';
import { nextCheck } from './schedule';
import { subjectKeyOf, subjectOfSeries } from './subject';
import { undoAll } from './undo';
import { lockSeries, type LockedSeries } from './write';

export interface RequestDeps {
  db: Database;
  queue: Queue;
  mangadex: MangaDexSettings;
  log?: Log;
  tuning?: Tuning;
}

/** What a person does with the metadata of a series; all throw 404, and 409 or 503 where MangaDex cannot be asked. */

const providerOf = ({ db, mangadex, tuning }: RequestDeps): MetadataProvider => openMangaDex(db, mangadex, tuning);

/** An outage as the failure of a request. */
export async function ask<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw new HttpFailure(503, 'MangaDex cannot be asked at the moment');
    if (error instanceof ProviderRefused) throw new HttpFailure(502, 'MangaDex refused the question');
    throw error;
  }
}

async function requireSeriesRow(db: Database, id: string): Promise<Series> {
  const series = await Series.query(db).findById(id);
  if (!series) throw notFound();
  return series;
}

async function requireTitle(deps: RequestDeps, externalId: string): Promise<ProviderTitle> {
  const titles = await ask(providerOf(deps).details([externalId], { urgent: true }));
  const title = titles.get(externalId);
  if (!title) throw notFound('MangaDex has no such title');
  return title;
}

/** Titles for a query of a person, with how well each would fit the series. */
export async function searchTitles(deps: RequestDeps, seriesId: string, query: string): Promise<Scored[]> {
  await requireProvider(deps.db, seriesId, deps.mangadex.mode);
  const series = await requireSeriesRow(deps.db, seriesId);
  const subject = await subjectOfSeries(deps.db, series);
  const titles = await ask(providerOf(deps).search(query, { urgent: true }));
  const forms = formsOf(subject);
  return titles.map((title) => score(subject, forms, title)).sort((a, b) => b.score - a.score);
}

/** What a match with this title would write, and what it would leave. */
export async function previewMatch(deps: RequestDeps, seriesId: string, externalId: string): Promise<Plan> {
  const { db } = deps;
  await requireProvider(db, seriesId, deps.mangadex.mode);
  const series = await requireSeriesRow(db, seriesId);
  const title = await requireTitle(deps, externalId);
  const books = await Book.query(db).where({ seriesId }).orderBy(['numberSort', 'id']);
  const chapters = await ask(chaptersOf(deps, series, title));
  return planEnrichment({ series, books, title, chapters, kind: 'match' });
}

const chaptersOf = (deps: RequestDeps, series: Series, title: ProviderTitle) =>
  chaptersFor({ db: deps.db, provider: providerOf(deps), log: deps.log ?? silentLog() }, series, title, {
    urgent: true,
  });

/** A person chooses the title: final until a person chooses otherwise. What another match wrote is taken back first. */
export async function chooseMatch(
  deps: RequestDeps,
  seriesId: string,
  externalId: string,
  userId: string,
): Promise<void> {
  const { db, queue } = deps;
  await requireProvider(db, seriesId, deps.mangadex.mode);
  const series = await requireSeriesRow(db, seriesId);
  const title = await requireTitle(deps, externalId);
  const chapters = await ask(chaptersOf(deps, series, title));
  const subject = await subjectOfSeries(db, series);
  const fitting = score(subject, formsOf(subject), title);
  const provider = providerOf(deps).name;
  await db.transaction(async (trx) => {
    const before = await lockSeries(trx, seriesId);
    if (!before) throw notFound();
    const existing = await SeriesMatch.query(trx).findById(seriesId);
    const id = newId();
    if (existing?.state === 'matched' && existing.externalId !== externalId) await undoAll(trx, before, new Date(), id);
    // as it is after the undo
    const locked = (await lockSeries(trx, seriesId)) as LockedSeries;
    await applyMatch(trx, locked, {
      ...{ id, provider, title, chapters, runId: newId(), kind: 'match', decidedBy: 'person', requestedBy: userId },
      ...{
        score: Math.min(1, fitting.score),
        reasons: fitting.reasons,
        queries: [],
        subjectKey: subjectKeyOf(subject),
      },
    });
    const candidate = { seriesId, provider, externalId, score: Math.min(1, fitting.score), reasons: fitting.reasons };
    await SeriesCandidate.query(trx)
      .insert({ ...candidate, record: recordOf(title), rejectedAt: null })
      .onConflict(['seriesId', 'provider', 'externalId'])
      .merge();
  });
  await queue.submit('enrich', {});
}

/** Takes the match back, exactly; `never`: nothing is looked for any more. */
export async function unmatch({ db, queue }: RequestDeps, seriesId: string, never: boolean): Promise<void> {
  await db.transaction(async (trx) => {
    const locked = await lockSeries(trx, seriesId);
    if (!locked) throw notFound();
    const at = new Date();
    await undoAll(trx, locked, at);
    const state = never ? ('never' as const) : ('none' as const);
    const row = {
      ...{
        seriesId,
        provider: 'mangadex',
        state,
        decidedBy: 'person' as const,
        externalId: null,
        externalVersion: null,
      },
      ...{ coversDue: false, stale: false, score: null, reasons: [], queries: [], matcherVersion },
      ...{ decidedAt: at, checkedAt: at, checkAt: nextCheck(state, null, at) },
    };
    await SeriesMatch.query(trx).insert(row).onConflict('seriesId').merge();
    await queue.submit('refreshSeries', { seriesId }, { trx });
  });
}

/** This title is not it, and never comes back for this series. A match with it is taken back. */
export async function rejectCandidate({ db, queue }: RequestDeps, seriesId: string, externalId: string): Promise<void> {
  await db.transaction(async (trx) => {
    const locked = await lockSeries(trx, seriesId);
    if (!locked) throw notFound();
    const at = new Date();
    // also one that only a search of the person found
    const row = {
      seriesId,
      provider: 'mangadex',
      externalId,
      score: 0,
      reasons: [],
      record: unknownRecord(externalId),
    };
    await SeriesCandidate.query(trx)
      .insert({ ...row, rejectedAt: at })
      .onConflict(['seriesId', 'provider', 'externalId'])
      .merge(['rejectedAt']);
    const match = await SeriesMatch.query(trx).findById(seriesId);
    const isIt = match?.state === 'matched' && match.externalId === externalId;
    if (isIt) await undoAll(trx, locked, at);
    const left = await SeriesCandidate.query(trx).where({ seriesId }).whereNull('rejectedAt').resultSize();
    if (!isIt && !(match?.state === 'proposed' && left === 0)) return;
    const state = left > 0 ? ('proposed' as const) : ('none' as const);
    const open = { externalId: null, externalVersion: null, coversDue: false, score: null, reasons: [] };
    await SeriesMatch.query(trx)
      .findById(seriesId)
      .patch({ ...open, state, decidedBy: 'machine', decidedAt: at, checkAt: nextCheck(state, null, at) });
    if (isIt) await queue.submit('refreshSeries', { seriesId }, { trx });
  });
}

/** Looks for the title of a series again, or refreshes its match, in the background. */
export async function requestMatch(deps: RequestDeps, seriesId: string, userId: string): Promise<void> {
  const { libraryId } = await requireProvider(deps.db, seriesId, deps.mangadex.mode);
  await deps.db.transaction(async (trx) => {
    const row = { seriesId, libraryId, operationId: null, requestedBy: userId, requestedAt: new Date() };
    await trx('matchRequest').insert(row).onConflict('seriesId').merge();
    await deps.queue.submit('enrich', {}, { trx, priority: 7 });
  });
}

/** All series of a library: those without a match are looked for, the others refreshed. Returns the operation. */
export async function requestLibraryMatch(deps: RequestDeps, libraryId: string, userId: string): Promise<string> {
  const library = await Library.query(deps.db).findById(libraryId);
  if (!library) throw notFound();
  if ((library.mangadex ?? deps.mangadex.mode) === 'off')
    throw new HttpFailure(409, 'Metadata from MangaDex is switched off for this library');
  return deps.db.transaction(async (trx) => {
    const subject = { kind: libraryOperation, subjectId: library.id, subjectName: library.name };
    const operationId = await queueOperation(trx, subject);
    await trx.raw(
      `insert into match_request (series_id, library_id, operation_id, requested_by, requested_at)
       select s.id, s.library_id, ?, ?, now() from series s left join series_match m on m.series_id = s.id
       where s.library_id = ? and s.deleted_at is null and coalesce(m.state, '') <> 'never'
       on conflict (series_id) do update set operation_id = excluded.operation_id`,
      [operationId, userId, libraryId],
    );
    await trx.raw(
      `update operation set total = (select count(*)::int from match_request where operation_id = :id) where id = :id`,
      { id: operationId },
    );
    await deps.queue.submit('enrich', {}, { trx });
    return operationId;
  });
}
