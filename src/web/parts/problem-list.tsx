import { reasonFor } from '../api/reasons';
import type { Operation } from '../api/types';

interface ProblemListProps {
  problems: Operation['problems'];
  label: string;
  /** Of how many these are; the server keeps the first few hundred. */
  total?: number;
  reasons?: boolean;
}

/** Files by name, each with the reason in words; folded, since there may be hundreds. */
export function ProblemList({ problems, label, total = problems.length, reasons = true }: ProblemListProps) {
  if (problems.length === 0) return null;
  const others = total - problems.length;
  return (
    <details class="problem-list">
      <summary>{label}</summary>
      <ul>
        {problems.map(({ name, code }, index) => (
          <li key={index}>
            <span class="file-name">{name}</span>
            {reasons && <span class="soft">{reasonFor(code)}</span>}
          </li>
        ))}
      </ul>
      {others > 0 && <p class="soft">And {others.toLocaleString('en')} more.</p>}
    </details>
  );
}
