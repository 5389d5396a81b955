import type { Database } from '../../src/db/database';

/** How many statements `work` sends to the database. */
export async function countStatements(db: Database, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const counter = () => void count++;
  db.on('query', counter);
  try {
    await work();
  } finally {
    db.removeListener('query', counter);
  }
  return count;
}
