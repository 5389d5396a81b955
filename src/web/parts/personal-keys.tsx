import { useState } from 'preact/hooks';
import { createApiKey, deleteApiKey, findApiKeys, type ApiKey } from '../api/account';
import { ApiFailure, messageFor } from '../api/failure';
import { addressOf } from '../api/http';
import { FormProblem } from '../pages/entrance';
import { attempt, notify } from '../state/notices';
import { useLoad } from '../state/use-load';
import { Address } from './connect-apps';
import { Field } from './field';
import { LoadProblem } from './states';
import { useSubmission } from './submission';

/** Keys for apps that cannot log in; each has the addresses that go with it, which are shown once. */
export function PersonalKeys() {
  const { value: keys = [], problem, reload } = useLoad('api keys', findApiKeys);
  const [made, setMade] = useState<ApiKey | null>(null);
  const remove = async (key: ApiKey) => {
    const done = await attempt('The key could not be deleted', () => deleteApiKey(key.id));
    if (!done) return;
    if (made?.id === key.id) setMade(null);
    notify('done', `The key “${key.comment}” is deleted.`);
    reload();
  };
  return (
    <section aria-labelledby="account-keys">
      <h2 id="account-keys">Personal keys</h2>
      <p class="soft">
        For apps that cannot log in, for KOReader's progress sync and for tools. Whoever has a key reads as you, so make
        one for each app.
      </p>
      <NewKey
        done={(key) => {
          setMade(key);
          reload();
        }}
      />
      {made && <MadeKey made={made} />}
      {problem !== undefined && <LoadProblem problem={problem} retry={reload} />}
      {keys.length > 0 && (
        <ul class="keys" aria-label="Keys">
          {keys.map((key) => (
            <KeyRow key={key.id} of={key} remove={() => void remove(key)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function NewKey({ done }: { done: (key: ApiKey) => void }) {
  const [comment, setComment] = useState('');
  const { busy, problem, submit } = useSubmission(async () => {
    done(await createApiKey(comment.trim()));
    setComment('');
  }, explain);
  return (
    <form class="form key-form" onSubmit={submit} aria-label="Make a key">
      <FormProblem text={problem} />
      <Field
        label="What it is for"
        value={comment}
        change={setComment}
        required
        maxLength={100}
        placeholder="KOReader on my e-reader"
        autocomplete="off"
      />
      <button type="submit" class="button" disabled={busy || comment.trim() === ''}>
        {busy ? 'Making…' : 'Make a key'}
      </button>
    </form>
  );
}

function explain(problem: unknown): string {
  if (problem instanceof ApiFailure && problem.status === 400) return 'You have a key of that name already.';
  return messageFor(problem);
}

/** The only time that the key can be seen. */
function MadeKey({ made: { key, comment } }: { made: ApiKey }) {
  const server = addressOf('').replace(/\/$/, '');
  return (
    <div class="made-key" role="status">
      <p>
        <strong>“{comment}” is ready.</strong> Copy what the app needs now: the key is not shown again.
      </p>
      <Address label="OPDS 1.2: KOReader, Panels, Librera" address={`${server}/opds/${key}/v1.2/catalog`} />
      <Address label="OPDS 2.0" address={`${server}/opds/${key}/v2/catalog`} />
      <Address label="KOReader progress sync: server" address={`${server}/koreader`} />
      <Address label="KOReader progress sync: user name (any password)" address={key} />
    </div>
  );
}

const day = (date: string): string => new Date(date).toLocaleDateString(undefined, { dateStyle: 'medium' });

function KeyRow({ of: { comment, createdDate }, remove }: { of: ApiKey; remove: () => void }) {
  const [asked, ask] = useState(false);
  return (
    <li>
      <span class="key-name">
        {comment}
        <span class="soft">made {day(createdDate)}</span>
      </span>
      {asked ? (
        <span class="actions">
          <button type="button" class="button button-small button-strong" onClick={remove}>
            Delete it
          </button>
          <button type="button" class="button button-small" onClick={() => ask(false)}>
            Keep
          </button>
        </span>
      ) : (
        <button
          type="button"
          class="button button-small"
          aria-label={`Delete the key ${comment}`}
          onClick={() => ask(true)}
        >
          Delete
        </button>
      )}
    </li>
  );
}
