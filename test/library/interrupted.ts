import type { Database } from '../../src/db/database';

/** Between a file that was put at its place and the rows that say so, or between these and what follows. */
export type Moment = 'placed' | 'stored';

/** A database in which something else happens right before, or right after, the first transaction. */
export function interrupted(db: Database, moment: Moment, interrupt: () => Promise<void>): Database {
  let isFirst = true;
  const transaction = async (...parts: Parameters<Database['transaction']>): Promise<unknown> => {
    const happensNow = isFirst;
    isFirst = false;
    if (happensNow && moment === 'placed') await interrupt();
    const result: unknown = await db.transaction(...parts);
    if (happensNow && moment === 'stored') await interrupt();
    return result;
  };
  return new Proxy(db, {
    get: (target, name) => (name === 'transaction' ? transaction : (Reflect.get(target, name) as unknown)),
  });
}
