import type { LibraryOptions } from '../api/types';
import { paths } from '../routes';
import { libraries } from '../state/libraries';
import { hrefOf } from '../state/navigation';
import { useStore } from '../state/store';

/** Libraries that are left out because an option is off, with the way there. */
export function NotCompared({ option, label }: { option: keyof LibraryOptions; label: string }) {
  const without = (useStore(libraries) ?? []).filter((library) => library[option] === false);
  if (without.length === 0) return null;
  return (
    <p class="soft">
      Left out, since “{label}” is off:{' '}
      {without.map(({ id, name }, index) => (
        <>
          {index > 0 && ', '}
          <a key={id} href={hrefOf(paths.librarySettings(id))}>
            {name}
          </a>
        </>
      ))}
      .
    </p>
  );
}
