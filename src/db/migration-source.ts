import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';

/** `migrations/` beside `src/`: of the sources, or of the build (`dist/migrations`) when this file runs from there. */
export const migrationsFolder = path.resolve(__dirname, '../../migrations');

const isMigration = (file: string) => /^\d{14}_.+\.(ts|js)$/.test(file) && !file.endsWith('.d.ts');

/**
 * Migrations named without extension: knex would store `x.ts` when run from sources and then call the database corrupt
 * when the build brings `x.js`.
 */
export function migrationSource(folder: string = migrationsFolder): Knex.MigrationSource<string> {
  return {
    getMigrations: async () => (await readdir(folder)).filter(isMigration).sort(),
    getMigrationName: (file) => path.parse(file).name,
    // the loader of this module reads the file as well: plain Node, tsx or Jest
    getMigration: (file) => Promise.resolve(module.require(path.join(folder, file)) as Knex.Migration),
  };
}
