import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Knex } from 'knex';

/** Every connection keeps the plans of all that it was asked for by name until it ends: 160 kB each, measured for pages of lists. */
const most = 40;

/** Names for statements that Postgres is to keep prepared, told apart by their text. */
export interface StatementNames {
  nameOf(text: string): string | null;
}

/**
 * A statement gets a name when it comes for the second time, and no more than forty get one: what only one client asks
 * for once must not fill the memory of all connections.
 */
export function createStatementNames(limit = most): StatementNames {
  const once = new LRUCache<string, true>({ max: 500 });
  const names = new Map<string, string>();
  return {
    nameOf(text) {
      const name = names.get(text);
      if (name !== undefined) return name;
      if (names.size >= limit) return null;
      if (!once.has(text)) {
        once.set(text, true);
        return null;
      }
      const made = `k${createHash('sha1').update(text).digest('base64url')}`;
      names.set(text, made);
      return made;
    },
  };
}

/** The name to prepare a statement under; null where that is switched off (poolers that share sessions), or not worth it. */
export const statementName = ({ userParams }: Knex, text: string): string | null =>
  (userParams as { statementNames?: StatementNames } | undefined)?.statementNames?.nameOf(text) ?? null;
