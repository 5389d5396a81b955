import { hrefOf } from '../state/navigation';

/** The parts of a page, each with an address of its own. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: [path: string, text: string][];
  current: string;
}) {
  return (
    <nav class="choices tabs" aria-label={label}>
      {tabs.map(([path, text]) => (
        <a key={path} href={hrefOf(path)} aria-current={path === current ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
