import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Option } from './format';

interface Labelled {
  label: string;
  hint?: string | undefined;
}

type Own<E extends EventTarget> = Omit<JSX.HTMLAttributes<E>, 'value' | 'onInput' | 'onChange' | 'id' | 'label'>;

/** What every field has around it; the control gets its id, and that of its hint. */
function Frame({ label, hint, draw }: Labelled & { draw: (id: string, hintId?: string) => ComponentChildren }) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {draw(id, hintId)}
      {hint !== undefined && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface FieldProps
  extends Labelled, Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'value' | 'onInput' | 'id' | 'label'> {
  value: string;
  change: (value: string) => void;
}

/** A labelled text field. */
export function Field({ label, value, change, hint, ...input }: FieldProps) {
  const draw = (id: string, hintId?: string) => (
    <input
      {...input}
      id={id}
      value={value}
      aria-describedby={hintId}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
  return <Frame {...{ label, hint, draw }} />;
}

interface AreaProps extends Labelled, Own<HTMLTextAreaElement> {
  rows: number;
  value: string;
  change: (value: string) => void;
}

/** The same for several lines. */
export function AreaField({ label, value, change, hint, ...area }: AreaProps) {
  const draw = (id: string, hintId?: string) => (
    <textarea
      {...area}
      id={id}
      value={value}
      aria-describedby={hintId}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
  return <Frame {...{ label, hint, draw }} />;
}

interface SelectProps extends Labelled {
  value: string;
  options: readonly Option[];
  change: (value: string) => void;
}

export function SelectField({ label, value, options, change, hint }: SelectProps) {
  const draw = (id: string, hintId?: string) => (
    <span class="select">
      <select id={id} value={value} aria-describedby={hintId} onChange={(event) => change(event.currentTarget.value)}>
        {options.map(([of, text]) => (
          <option key={of} value={of}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
  return <Frame {...{ label, hint, draw }} />;
}

interface SwitchProps extends Labelled {
  checked: boolean;
  change: (checked: boolean) => void;
}

export function SwitchField({ label, hint, checked, change }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch">
      <label class="checkbox" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={checked}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => change(event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** Fields that belong together, under one heading. */
export function Group({ title, hint, children }: { title: string; hint?: string; children: ComponentChildren }) {
  return (
    <fieldset class="group">
      <legend>{title}</legend>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {children}
    </fieldset>
  );
}
