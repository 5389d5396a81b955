import type { Knex } from 'knex';
import type { Database } from '../db/database';
import { badRequest, forbidden, notFound } from '../base/errors';
import { newId } from '../base/public-id';
import { RememberToken, Session } from '../model/credentials';
import { roles as allRoles, UserAccount, UserLibrary, type Role } from '../model/user-account';
import { emit } from '../queue/events';
import { hashPassword } from './passwords';

export interface Restrictions {
  roles: Role[];
  sharedLibraries: { all: boolean; libraryIds: string[] };
  ageRestriction: { age: number; mode: 'ALLOW_ONLY' | 'EXCLUDE' } | null;
  labelsAllow: string[];
  labelsExclude: string[];
}

export interface UserWithLibraries {
  user: UserAccount;
  /** Empty when all are shared. */
  libraryIds: string[];
}

/** Every user has all libraries and nothing hidden unless it is said otherwise. */
export const unrestricted: Omit<Restrictions, 'roles'> = {
  sharedLibraries: { all: true, libraryIds: [] },
  ageRestriction: null,
  labelsAllow: [],
  labelsExclude: [],
};

const normalised = (labels: string[]): string[] => [
  ...new Set(labels.map((label) => label.trim().toLowerCase()).filter((label) => label !== '')),
];

/** A label that is both allowed and excluded is excluded (Komga). */
function columnsOf(restrictions: Partial<Restrictions>, before: UserAccount | null): Partial<UserAccount> {
  const columns: Partial<UserAccount> = {};
  if (restrictions.roles) columns.roles = [...new Set(restrictions.roles)];
  if (restrictions.sharedLibraries) columns.sharedAllLibraries = restrictions.sharedLibraries.all;
  if (restrictions.ageRestriction !== undefined) {
    columns.ageRestriction = restrictions.ageRestriction?.age ?? null;
    columns.ageRestrictionMode = restrictions.ageRestriction?.mode ?? null;
  }
  if (restrictions.labelsAllow || restrictions.labelsExclude) {
    const exclude = normalised(restrictions.labelsExclude ?? before?.labelsExclude ?? []);
    const allow = normalised(restrictions.labelsAllow ?? before?.labelsAllow ?? []);
    columns.labelsExclude = exclude;
    columns.labelsAllow = allow.filter((label) => !exclude.includes(label));
  }
  return columns;
}

async function shareLibraries(
  trx: Knex.Transaction,
  userId: string,
  shared: Restrictions['sharedLibraries'],
): Promise<void> {
  await UserLibrary.query(trx).where({ userId }).delete();
  if (shared.all || shared.libraryIds.length === 0) return;
  await trx.raw(
    'insert into user_library (user_id, library_id) select ?::uuid, id from library where id = any(?::uuid[])',
    [userId, shared.libraryIds],
  );
}

export interface NewUser {
  email: string;
  password: string;
  restrictions: Restrictions;
}

async function insertUser(
  trx: Knex.Transaction,
  { email, restrictions }: NewUser,
  passwordHash: string,
): Promise<string> {
  const now = new Date();
  const taken = await UserAccount.query(trx).whereRaw('lower(email) = lower(?)', [email]).select('id').first();
  if (taken) throw badRequest('A user with this email already exists');
  const id = newId();
  const columns = columnsOf(restrictions, null);
  await UserAccount.query(trx).insert({ ...columns, id, email, passwordHash, createdAt: now, modifiedAt: now });
  await shareLibraries(trx, id, restrictions.sharedLibraries);
  return id;
}

/** Throws 400 when the e-mail is taken, in any spelling. */
export async function createUser(db: Database, newUser: NewUser): Promise<UserWithLibraries> {
  const passwordHash = await hashPassword(newUser.password);
  const id = await db.transaction((trx) => insertUser(trx, newUser, passwordHash));
  return getUser(db, id);
}

export const isClaimed = async (db: Database): Promise<boolean> =>
  (await UserAccount.query(db).select('id').first()) !== undefined;

const alreadyClaimed = () => badRequest('This server has already been claimed');

/** Makes the first user an administrator with everything. Of two at the same time one gets 400. */
export async function claim(db: Database, email: string, password: string): Promise<UserWithLibraries> {
  // before the slow hash and the lock: anybody may ask, as often as they like
  if (await isClaimed(db)) throw alreadyClaimed();
  const passwordHash = await hashPassword(password);
  const id = await db.transaction(async (trx) => {
    await trx.raw('lock table user_account in exclusive mode');
    const somebody = await UserAccount.query(trx).select('id').first();
    if (somebody) throw alreadyClaimed();
    const newUser = { email, password, restrictions: { ...unrestricted, roles: [...allRoles] } };
    return insertUser(trx, newUser, passwordHash);
  });
  return getUser(db, id);
}

async function librariesOf(db: Database, userIds: string[]): Promise<Map<string, string[]>> {
  const rows = await UserLibrary.query(db).whereIn('userId', userIds).orderBy('libraryId');
  const byUser = new Map<string, string[]>();
  for (const { userId, libraryId } of rows) byUser.set(userId, [...(byUser.get(userId) ?? []), libraryId]);
  return byUser;
}

export async function findUsers(db: Database): Promise<UserWithLibraries[]> {
  const users = await UserAccount.query(db).orderByRaw('lower(email)');
  const libraries = await librariesOf(
    db,
    users.map(({ id }) => id),
  );
  return users.map((user) => ({ user, libraryIds: user.sharedAllLibraries ? [] : (libraries.get(user.id) ?? []) }));
}

/** Throws 404. */
export async function getUser(db: Database, id: string): Promise<UserWithLibraries> {
  const user = await UserAccount.query(db).findById(id);
  if (!user) throw notFound();
  const libraries = await librariesOf(db, [id]);
  return { user, libraryIds: user.sharedAllLibraries ? [] : (libraries.get(id) ?? []) };
}

/** Ends what the user has open and tells every process. */
async function expireSessions(trx: Knex.Transaction, userId: string): Promise<void> {
  await Session.query(trx).where({ userId }).delete();
  await emit(trx, { type: 'SessionExpired', userId }, { type: 'CredentialsChanged', userId });
}

/** An administrator cannot change himself, so the last one cannot remove himself (Komga). */
export async function updateUser(db: Database, by: string, id: string, changes: Partial<Restrictions>): Promise<void> {
  if (by === id) throw forbidden();
  await db.transaction(async (trx) => {
    const before = await UserAccount.query(trx).findById(id).forUpdate();
    if (!before) throw notFound();
    await UserAccount.query(trx)
      .findById(id)
      .patch({ ...columnsOf(changes, before), modifiedAt: new Date() });
    if (changes.sharedLibraries) await shareLibraries(trx, id, changes.sharedLibraries);
    await expireSessions(trx, id);
  });
}

export async function deleteUser(db: Database, by: string, id: string): Promise<void> {
  if (by === id) throw forbidden();
  await db.transaction(async (trx) => {
    const deleted = await UserAccount.query(trx).deleteById(id);
    if (deleted === 0) throw notFound();
    await emit(trx, { type: 'SessionExpired', userId: id }, { type: 'CredentialsChanged', userId: id });
  });
}

/** Ends remembered logins; the sessions too when somebody else changes the password. */
export async function changePassword(db: Database, by: string, id: string, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  await db.transaction(async (trx) => {
    const changed = await UserAccount.query(trx).findById(id).patch({ passwordHash, modifiedAt: new Date() });
    if (changed === 0) throw notFound();
    await RememberToken.query(trx).where({ userId: id }).delete();
    if (by === id) await emit(trx, { type: 'CredentialsChanged', userId: id });
    else await expireSessions(trx, id);
  });
}
