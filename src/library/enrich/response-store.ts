import { createHash } from 'node:crypto';
import type { Database } from '../../db/database';
import type { ResponseStore } from '../../metadata/gate';
import { toJson } from '../rows';

const hashOf = (address: string) => createHash('sha256').update(address).digest('hex');

/** Answers of providers in the database: shared by all processes, and there after a restart. */
export function createResponseStore(db: Database): ResponseStore {
  return {
    async find(address) {
      const { rows } = await db.raw<{ rows: { body: unknown; etag: string | null; isFresh: boolean }[] }>(
        `select body, etag, fresh_until > now() as "isFresh" from provider_response where address_hash = ?`,
        [hashOf(address)],
      );
      return rows[0] ?? null;
    },
    async keep(address, { body, etag }, freshMs) {
      await db.raw(
        `insert into provider_response (address_hash, address, body, etag, fetched_at, fresh_until)
         values (:hash, :address, cast(:body as jsonb), :etag, now(), now() + cast(:freshMs as int) * interval '1 ms')
         on conflict (address_hash) do update set body = excluded.body, etag = excluded.etag,
           fetched_at = excluded.fetched_at, fresh_until = excluded.fresh_until`,
        { hash: hashOf(address), address, body: body === null ? null : toJson(body), etag, freshMs },
      );
    },
    async renew(address, freshMs) {
      await db.raw(
        `update provider_response set fetched_at = now(), fresh_until = now() + cast(? as int) * interval '1 ms' where address_hash = ?`,
        [freshMs, hashOf(address)],
      );
    },
  };
}
