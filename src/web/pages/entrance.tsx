import type { ComponentChildren } from 'preact';
import { Mark } from '../parts/logo';
import { useTitle } from '../parts/page-title';

/** The frame of the two screens before the library: claim and log in. */
export function Entrance({ title, lead, children }: { title: string; lead: string; children: ComponentChildren }) {
  useTitle(title);
  return (
    <main class="entrance">
      <Mark size={72} />
      <h1>{title}</h1>
      <p class="soft">{lead}</p>
      {children}
    </main>
  );
}

export function FormProblem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p class="form-problem" role="alert">
      {text}
    </p>
  );
}

export function Checkbox({
  label,
  checked,
  change,
}: {
  label: string;
  checked: boolean;
  change: (on: boolean) => void;
}) {
  return (
    <label class="checkbox">
      <input type="checkbox" checked={checked} onChange={(event) => change(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
