import { useState } from 'preact/hooks';
import { changePassword, followsPages, setFollowsPages } from '../api/account';
import type { User } from '../api/types';
import { AppAddresses } from '../parts/connect-apps';
import { Field } from '../parts/field';
import { PageTitle } from '../parts/page-title';
import { PersonalKeys } from '../parts/personal-keys';
import { LoadProblem } from '../parts/states';
import { useSubmission } from '../parts/submission';
import { attempt, notify } from '../state/notices';
import { useLoad } from '../state/use-load';
import { Checkbox, FormProblem } from './entrance';

/** What a person sets for themselves: apps, keys, progress, password. */
export function AccountPage({ user }: { user: User }) {
  return (
    <div class="account">
      <header class="page-head">
        <PageTitle title="Account">
          Account
          <span class="count">{user.email}</span>
        </PageTitle>
      </header>
      <section aria-labelledby="account-apps">
        <h2 id="account-apps">Reading apps</h2>
        <p class="soft">Enter one of these addresses in the app, and log in there with your e-mail and password.</p>
        <AppAddresses />
      </section>
      <PersonalKeys />
      <Progress />
      <Password />
    </div>
  );
}

function Progress() {
  const { value, problem, reload } = useLoad('follow pages', followsPages);
  const [chosen, choose] = useState<boolean | null>(null);
  const change = async (on: boolean) => {
    choose(on);
    const saved = await attempt('The choice could not be saved', () => setFollowsPages(on));
    if (!saved) choose(!on);
  };
  return (
    <section aria-labelledby="account-progress">
      <h2 id="account-progress">Progress</h2>
      {problem !== undefined && <LoadProblem problem={problem} retry={reload} />}
      {value !== undefined && (
        <Checkbox
          label="Move my progress on with the pages that an OPDS app loads"
          checked={chosen ?? value}
          change={(on) => void change(on)}
        />
      )}
      <p class="hint">
        For apps that stream pages and do not report progress themselves. It never moves back. Apps load pages ahead, so
        a book may count as further read than it is. Refresh the catalog in the app after a change.
      </p>
    </section>
  );
}

function Password() {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { busy, problem, submit } = useSubmission(async () => {
    await changePassword(password);
    setPassword('');
    setAgain('');
    notify('done', 'Password changed.');
  });
  const differs = again !== '' && again !== password;
  return (
    <section aria-labelledby="account-password">
      <h2 id="account-password">Password</h2>
      <form class="form" onSubmit={submit} aria-label="Change the password">
        <FormProblem text={problem ?? (differs ? 'The two passwords are not the same.' : null)} />
        <Field
          label="New password"
          type="password"
          value={password}
          change={setPassword}
          required
          autocomplete="new-password"
          hint="Apps that log in with the old one ask for the new one. Personal keys keep working."
        />
        <Field
          label="New password again"
          type="password"
          value={again}
          change={setAgain}
          required
          autocomplete="new-password"
        />
        <button type="submit" class="button" disabled={busy || password === '' || again !== password}>
          {busy ? 'Changing…' : 'Change password'}
        </button>
      </form>
    </section>
  );
}
