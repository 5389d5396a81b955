import { useState } from 'preact/hooks';
import { fitsHeader } from '../api/basic';
import { ApiFailure, messageFor } from '../api/failure';
import { claim } from '../api/session';
import { Field } from '../parts/field';
import { useSubmission } from '../parts/submission';
import { enter, openSession } from '../state/session';
import { Checkbox, Entrance, FormProblem } from './entrance';

/** The first visit of a new server: whoever comes first becomes its administrator. */
export function Claim() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [visible, setVisible] = useState(false);
  const { busy, problem, submit } = useSubmission(async () => {
    if (!fitsHeader(email) || !fitsHeader(password)) throw new ApiFailure(400, plainCharactersOnly);
    await claim(email.trim(), password).catch(reopenWhenTaken);
    await enter(email.trim(), password, true, '/');
  }, explain);
  return (
    <Entrance title="Welcome to KireMisu" lead="This server is new. Create its first administrator, which is you.">
      <form class="form" onSubmit={submit} aria-label="Create administrator">
        <FormProblem text={problem} />
        <Field
          label="E-mail"
          type="email"
          value={email}
          change={setEmail}
          required
          autocomplete="username"
          hint="Only used to log in. No mail is ever sent."
        />
        <Field
          label="Password"
          type={visible ? 'text' : 'password'}
          value={password}
          change={setPassword}
          required
          autocomplete="new-password"
        />
        <Checkbox label="Show password" checked={visible} change={setVisible} />
        <button type="submit" class="button button-strong" disabled={busy}>
          {busy ? 'Creating…' : 'Create administrator'}
        </button>
      </form>
    </Entrance>
  );
}

const plainCharactersOnly = 'Use only unaccented letters, digits and signs for this first account.';

/** Somebody else was faster: the next screen is the log-in form. */
async function reopenWhenTaken(problem: unknown): Promise<never> {
  if (problem instanceof ApiFailure && /already been claimed/i.test(problem.message)) await openSession();
  throw problem;
}

function explain(problem: unknown): string {
  const field = problem instanceof ApiFailure ? problem.fields[0] : undefined;
  if (field?.endsWith('email')) return 'This is not an e-mail address. It should look like name@example.org.';
  if (field?.endsWith('password')) return 'Choose a password.';
  return messageFor(problem);
}
