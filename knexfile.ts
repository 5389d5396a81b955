import { knexConfig } from './src/db/knex-config';

/** For the knex command line; the server itself gets its URL from base/config.ts. */
export default knexConfig(process.env['DATABASE_URL'] ?? 'postgres://localhost/kiremisu');
