import { isClaimed, logIn, logOut, whoAmI } from '../api/session';
import { ApiFailure, messageFor } from '../api/failure';
import type { User } from '../api/types';
import { paths } from '../routes';
import { libraries } from './libraries';
import { forgetAll } from './memory';
import { navigate, place, returnPath } from './navigation';
import { notify } from './notices';
import { createStore } from './store';

export type Session =
  | { state: 'unknown' }
  | { state: 'unreachable'; message: string }
  | { state: 'unclaimed' }
  | { state: 'anonymous' }
  | { state: 'known'; user: User };

export const session = createStore<Session>({ state: 'unknown' });

export const isAdmin = (user: User): boolean => user.roles.includes('ADMIN');
export const mayDownload = (user: User): boolean => user.roles.includes('FILE_DOWNLOAD');

/** Finds out who we are: at the start, and again after the server was unreachable. */
export async function openSession(): Promise<void> {
  session.set({ state: 'unknown' });
  try {
    session.set({ state: 'known', user: await whoAmI() });
  } catch (problem) {
    if (!(problem instanceof ApiFailure && problem.status === 401)) return unreachable(problem);
    await askWhetherClaimed();
  }
}

async function askWhetherClaimed(): Promise<void> {
  try {
    const claimed = await isClaimed();
    toLogIn();
    session.set({ state: claimed ? 'anonymous' : 'unclaimed' });
  } catch (problem) {
    unreachable(problem);
  }
}

function unreachable(problem: unknown): void {
  session.set({ state: 'unreachable', message: messageFor(problem) });
}

function toLogIn(): void {
  if (place.get().path !== '/login') navigate(paths.login(returnPath()), { replace: true });
}

export async function enter(email: string, password: string, remember: boolean, to: string): Promise<void> {
  const user = await logIn(email, password, remember);
  forgetPerson();
  navigate(to, { replace: true });
  session.set({ state: 'known', user });
}

export async function leave(): Promise<void> {
  await logOut();
  forgetPerson();
  navigate('/login');
  session.set({ state: 'anonymous' });
}

/** The server forgot us in the middle of something: log in and come back to the same place. */
export function loseSession(): void {
  if (session.get().state !== 'known') return;
  forgetPerson();
  toLogIn();
  session.set({ state: 'anonymous' });
  notify('failed', 'Your session has ended. Log in to go on where you were.');
}

/** Nothing of one person is shown to the next. */
function forgetPerson(): void {
  forgetAll();
  libraries.set(null);
}
