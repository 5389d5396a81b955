import { useState } from 'preact/hooks';
import { ApiFailure, messageFor } from '../api/failure';
import { Field } from '../parts/field';
import { useSubmission } from '../parts/submission';
import { enter } from '../state/session';
import { Checkbox, Entrance, FormProblem } from './entrance';

export function LogIn({ to }: { to: string }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(true);
  const { busy, problem, submit } = useSubmission(() => enter(email.trim(), password, remember, to), explain);
  return (
    <Entrance title="Log in" lead="Welcome back. Your books are where you left them.">
      <form class="form" onSubmit={submit} aria-label="Log in">
        <FormProblem text={problem} />
        <Field label="E-mail" type="email" value={email} change={setEmail} required autocomplete="username" />
        <Field
          label="Password"
          type="password"
          value={password}
          change={setPassword}
          required
          autocomplete="current-password"
        />
        <Checkbox label="Remember me on this device" checked={remember} change={setRemember} />
        <button type="submit" class="button button-strong" disabled={busy}>
          {busy ? 'Logging in…' : 'Log in'}
        </button>
      </form>
    </Entrance>
  );
}

function explain(problem: unknown): string {
  if (problem instanceof ApiFailure && problem.status === 401) return 'E-mail or password is not right.';
  return messageFor(problem);
}
