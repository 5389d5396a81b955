import { useId } from 'preact/hooks';
import type { Author } from '../api/types';
import { AreaField, Field, SelectField } from '../parts/field';
import { fieldLabel, type EditedField, type FieldKind, type Typed } from '../parts/field-words';
import { directionOptions, roleLabel, roles, statusOptions, type Option } from '../parts/format';
import { CloseIcon, PlusIcon } from '../parts/icons';

interface InputProps {
  field: EditedField;
  typed: Typed;
  change: (typed: Typed) => void;
}

const options: Partial<Record<FieldKind, readonly Option[]>> = {
  status: statusOptions,
  direction: [['', 'Not known'], ...directionOptions],
};

/** The control that fits the kind of a field. */
export function FieldInput({ field, typed, change }: InputProps) {
  const { name, kind, required = false } = field;
  if (typeof typed !== 'string') return <People people={typed} change={change} />;
  const common = { label: fieldLabel(name), value: typed, change, hint: field.hint };
  const choice = options[kind];
  if (choice !== undefined) return <SelectField {...common} options={choice} />;
  if (kind === 'long') return <AreaField {...common} rows={6} />;
  if (kind === 'lines') return <AreaField {...common} rows={Math.min(10, Math.max(2, typed.split('\n').length))} />;
  if (kind === 'number') {
    const whole = name !== 'numberSort';
    return <Field {...common} type="number" step={whole ? 1 : 'any'} {...(whole && { min: 0 })} required={required} />;
  }
  return <Field {...common} type={kind === 'date' ? 'date' : 'text'} required={required} />;
}

function People({ people, change }: { people: Author[]; change: (people: Author[]) => void }) {
  const list = useId();
  const put = (at: number, part: Partial<Author>) =>
    change(people.map((person, index) => (index === at ? { ...person, ...part } : person)));
  return (
    <fieldset class="people">
      <legend>People</legend>
      {people.map(({ name, role }, index) => (
        <div key={index} class="person">
          <input
            aria-label={`Name of person ${index + 1}`}
            placeholder="Name"
            value={name}
            onInput={(event) => put(index, { name: event.currentTarget.value })}
          />
          <input
            aria-label={`Role of person ${index + 1}`}
            placeholder="Role"
            list={list}
            value={role}
            onInput={(event) => put(index, { role: event.currentTarget.value })}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${name || `person ${index + 1}`}`}
            onClick={() => change(people.filter((_, other) => other !== index))}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
      <datalist id={list}>
        {roles.map(([role]) => (
          <option key={role} value={role}>
            {roleLabel(role)}
          </option>
        ))}
      </datalist>
      <button
        type="button"
        class="button button-small"
        onClick={() => change([...people, { name: '', role: 'writer' }])}
      >
        <PlusIcon />
        Add a person
      </button>
    </fieldset>
  );
}
