import { reasonFor } from '../api/reasons';
import type { Book } from '../api/types';

const byStatus: Record<string, string> = {
  UNKNOWN: 'This book is still waiting to be analyzed. It will be readable in a moment.',
  OUTDATED: 'The file has changed and is being analyzed again.',
  ERROR: 'The file could not be read.',
  UNSUPPORTED: 'This kind of file is not supported.',
};

/** Why a book cannot be read, or null when it can. A comment may be `ERR_1007 [a.jpg, b.jpg]`. */
export function mediaProblem(media: Book['media']): string | null {
  if (media.status === 'READY') return null;
  return reasonFor(media.comment) ?? byStatus[media.status] ?? `The server says: ${media.status}.`;
}

/** A readable book may still have a remark, such as single pages that could not be read. */
export function mediaRemark(media: Book['media']): string | null {
  return media.status === 'READY' ? reasonFor(media.comment) : null;
}

/** Waiting resolves itself, so the screen may look again. */
export function isWaiting(media: Book['media']): boolean {
  return media.status === 'UNKNOWN' || media.status === 'OUTDATED';
}
