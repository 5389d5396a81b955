import type { Book } from '../api/types';

/** The reasons the server stores with a book, in words for the person who put the file there. */
const reasons: Record<string, string> = {
  ERR_1000: 'The file could not be opened. Check that the server may read it.',
  ERR_1001: 'This kind of file is not supported.',
  ERR_1002: 'The archive is protected by a password.',
  ERR_1003: 'Solid RAR archives are not supported.',
  ERR_1004: 'The archive is split into several volumes.',
  ERR_1005: 'The file could not be read; it may be damaged.',
  ERR_1006: 'There are no pictures in this file.',
  ERR_1007: 'Some pages could not be read.',
  ERR_1008: 'The contents of the archive could not be listed; it may be damaged.',
  ERR_1018: 'The file is not there any more.',
  ERR_1032: 'This EPUB says it is something else.',
  ERR_1033: 'Some pages that the file mentions are missing.',
  ERR_2001: 'The file is larger than the server allows.',
  ERR_2002: 'The file is damaged.',
  ERR_2003: 'A page of this file is damaged.',
  ERR_2004: 'The archive uses a compression that is not supported.',
  ERR_2005: 'A picture format in this file cannot be converted.',
  ERR_2006: 'The file took too long to open.',
};

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

function reasonFor(comment: string): string | null {
  const code = /^ERR_\d+/.exec(comment)?.[0];
  if (code === undefined) return comment.trim() === '' ? null : comment.trim();
  return reasons[code] ?? `The server reports ${comment}.`;
}
