import { silentLog } from '../../../src/base/log';
import { closeDatabase, openDatabase } from '../../../src/db/database';
import { openMangaDex } from '../../../src/library/enrich/mangadex';

/** A process that asks MangaDex for what its arguments say: database, server, queries. */
async function main([url = '', server = '', ...queries]: string[]): Promise<void> {
  const db = await openDatabase(url, { log: silentLog() });
  const provider = openMangaDex(db, { apiUrl: server, uploadsUrl: server });
  await Promise.all(queries.map((query) => provider.search(query)));
  await closeDatabase(db);
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
