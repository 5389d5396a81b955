import { badRequest, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Library } from '../model/library';
import { Operation } from '../model/operation';
import type { Queue } from '../queue/tasks';

/** In a library of a few books the loss of half of them is one deleted series. */
const alwaysFewer = 10;

interface Loss {
  /** Books that this scan did not find. */
  vanished: number;
  /** Books that were there before. */
  live: number;
  /** Up to how many a person has agreed to. */
  accepted: number;
}

/** Whether so many books are gone that a person has to say that this is meant. */
export function mustAsk({ vanishLimit }: Pick<Library, 'vanishLimit'>, { vanished, live, accepted }: Loss): boolean {
  if (vanishLimit === null || vanished < alwaysFewer || vanished <= accepted) return false;
  return vanished * 100 > live * vanishLimit;
}

/** An older question is answered by what a later scan found. */
export async function closeQuestions(db: Database, libraryId: string, exceptId: string): Promise<void> {
  await Operation.query(db)
    .where({ kind: 'scanLibrary', subjectId: libraryId, state: 'waiting' })
    .whereNot({ id: exceptId })
    .patch({ state: 'done', message: 'SUPERSEDED', finishedAt: new Date(), updatedAt: new Date() });
}

/** Takes a question of a scan, so that it is answered once. Throws 404, and 400 when nobody waits for an answer. */
async function takeQuestion(db: Database, id: string, answer: 'ACCEPTED' | 'DECLINED') {
  const operation = await Operation.query(db).findById(id);
  if (operation?.subjectId == null) throw notFound();
  const taken = await Operation.query(db)
    .findById(id)
    .where({ state: 'waiting' })
    .patch({ state: 'done', message: answer, finishedAt: new Date(), updatedAt: new Date() });
  if (taken === 0) throw badRequest('The operation does not wait for an answer');
  return { libraryId: operation.subjectId, vanished: operation.done };
}

/** The books may go to the trash: the library is scanned again, and as many as were told of are not asked about. */
export async function acceptVanished(
  { db, queue }: { db: Database; queue: Queue },
  operationId: string,
): Promise<void> {
  const { libraryId, vanished } = await takeQuestion(db, operationId, 'ACCEPTED');
  await queue.submit('scanLibrary', { libraryId, deep: false, acceptVanished: vanished }, { priority: 8 });
}

/** The books stay as they are; asked again only when more of them vanish. */
export async function declineVanished({ db }: { db: Database }, operationId: string): Promise<void> {
  const { libraryId, vanished } = await takeQuestion(db, operationId, 'DECLINED');
  await Library.query(db).findById(libraryId).patch({ vanishDeclined: vanished });
}
