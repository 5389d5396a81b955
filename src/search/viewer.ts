import type { Role } from '../model/user-account';

/**
 * Who asks, with what they may see. Every query takes it first and adds its restrictions: an administrator sees all
 * libraries, but age and label restrictions bind everybody who has them (Komga).
 */
export interface Viewer {
  userId: string;
  email: string;
  roles: ReadonlySet<Role>;
  /** Ids of the libraries shared with the viewer; null: all. */
  libraryIds: readonly string[] | null;
  ageRestriction: { age: number; mode: 'ALLOW_ONLY' | 'EXCLUDE' } | null;
  labelsAllow: readonly string[];
  labelsExclude: readonly string[];
}

export const isAdmin = (viewer: Viewer): boolean => viewer.roles.has('ADMIN');
