import type { Operation } from '../api/types';

/** Books that were found but not opened yet: after a scan their pages are counted and their covers made, one by one. */
export interface Analysis {
  pending: number;
  /** The most that were pending in this stretch of work: the whole of which `pending` is left. */
  most: number;
  changedAt: number;
}

export const noAnalysis: Analysis = { pending: 0, most: 0, changedAt: 0 };

/** A book that stays pending this long waits for something else than its turn; the bar does not wait with it. */
const patience = 60_000;

export function followAnalysis(before: Analysis, pending: number, now: number): Analysis {
  if (pending === 0) return noAnalysis;
  if (pending === before.pending) return before;
  return { pending, most: Math.max(before.most, pending), changedAt: now };
}

export function isUnderWay({ pending, changedAt }: Analysis, now: number): boolean {
  return pending > 0 && now - changedAt < patience;
}

/** The same as a scan to whoever shows it. */
export function analysisAsOperation({ pending, most }: Analysis): Operation {
  return {
    id: 'analysis',
    kind: 'analyzeBooks',
    subjectId: null,
    subjectName: 'new books',
    state: 'running',
    done: most - pending,
    total: most,
    message: null,
    problems: [],
    rate: null,
    secondsLeft: null,
    createdAt: '',
    startedAt: null,
    finishedAt: null,
  };
}
