import { publicId } from '../../../base/public-id';
import type { HubEvent } from '../../event-hub';

/** Names of tasks that Komga calls otherwise; the others are ours with a capital letter (komga-rest.md §20.1). */
const komgaNames: Record<string, string> = {
  generatePoster: 'GenerateBookThumbnail',
  generatePosters: 'GenerateBookThumbnail',
  analyzeBooks: 'AnalyzeBook',
  refreshBooks: 'RefreshBookMetadata',
  refreshSidecars: 'RefreshSeriesLocalArtwork',
  refreshSeries: 'RefreshSeriesMetadata',
  refreshSeriesTogether: 'RefreshSeriesMetadata',
};

export const taskTypeName = (task: string): string =>
  komgaNames[task] ?? `${task.charAt(0).toUpperCase()}${task.slice(1)}`;

/** Members of events that hold one id, or a list of ids. */
const idMember = /Ids?$/;

function presentMember(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((id: string) => publicId(id));
  return idMember.test(name) && typeof value === 'string' ? publicId(value) : value;
}

/** The data of an event as Komga's clients read it: every member is there, null or not. */
export function presentEvent({ type, ...members }: HubEvent): { type: string; data: Record<string, unknown> } {
  if ('countByType' in members) {
    const countByType: Record<string, number> = {};
    for (const [task, count] of Object.entries(members.countByType)) {
      countByType[taskTypeName(task)] = (countByType[taskTypeName(task)] ?? 0) + count;
    }
    return { type, data: { count: members.count, countByType } };
  }
  const data = Object.entries(members).map(([name, value]) => [name, presentMember(name, value)] as const);
  return { type, data: Object.fromEntries(data) };
}
