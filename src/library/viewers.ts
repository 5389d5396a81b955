import { LRUCache } from 'lru-cache';
import type { Database } from '../db/database';
import { UserAccount, UserLibrary } from '../model/user-account';
import type { Viewer } from '../search/viewer';

/** The row of a user as the viewer that queries take. An administrator sees all libraries whatever is shared. */
export function viewerOf(user: UserAccount, libraryIds: string[]): Viewer {
  const all = user.sharedAllLibraries || user.roles.includes('ADMIN');
  const { ageRestriction: age, ageRestrictionMode: mode } = user;
  return {
    userId: user.id,
    email: user.email,
    roles: new Set(user.roles),
    libraryIds: all ? null : libraryIds,
    ageRestriction: age === null || mode === null ? null : { age, mode },
    labelsAllow: user.labelsAllow,
    labelsExclude: user.labelsExclude,
  };
}

export interface Viewers {
  /** Null when the user is gone. */
  find(userId: string): Promise<Viewer | null>;
  /** Without asking the database: null when the user is not remembered. */
  remembered(userId: string): Viewer | null;
  /** Forget what is known of a user: roles, restrictions or libraries changed. */
  forget(userId: string): void;
  /** Forget everything: changes may have been missed. */
  forgetAll(): void;
}

/**
 * Users with what they may see, remembered for half a minute: a page of a book must not cost a query for its reader.
 * Changes made by this process or told by another one (events) take effect at once through `forget`.
 */
export function createViewers(db: Database): Viewers {
  const known = new LRUCache<string, Viewer>({ max: 5_000, ttl: 30_000 });
  /** What was read before something was forgotten may be older than the change, and is not kept. */
  let forgotten = 0;
  return {
    async find(userId) {
      const remembered = known.get(userId);
      if (remembered) return remembered;
      const before = forgotten;
      const user = await UserAccount.query(db).findById(userId);
      if (!user) return null;
      const shared = await UserLibrary.query(db).where({ userId }).select('libraryId');
      const viewer = viewerOf(
        user,
        shared.map(({ libraryId }) => libraryId),
      );
      if (forgotten === before) known.set(userId, viewer);
      return viewer;
    },
    remembered: (userId) => known.get(userId) ?? null,
    forget(userId) {
      forgotten++;
      known.delete(userId);
    },
    forgetAll() {
      forgotten++;
      known.clear();
    },
  };
}
