import type { Database } from '../db/database';
import { Book } from '../model/book';
import type { Viewer } from '../search/viewer';
import { outlineOf } from './epub-books';
import { positionsOf } from './positions';
import { getProgression, putProgression, type Locator } from './progression';

/** How far a reader is, as OPDS Progression 1.0 says it: a part of the whole, with the device that was there. */
export interface OpdsProgression {
  /** What the reading app calls the place: a chapter, say. */
  title?: string | undefined;
  modified: Date;
  device: { id: string; name: string };
  /** 0 to 1. */
  progression: number;
  /** Places inside the book, as the app that sent them finds them again. */
  references: string[];
}

export interface KnownProgression extends OpdsProgression {
  /** From 1; null in text that flows. */
  page: number | null;
  isPdf: boolean;
}

/** What a place carries along for the apps of this protocol; other protocols give it on as they got it. */
type Kept = Partial<Locator> & { title?: unknown; references?: unknown };

type Shape = Pick<Book, 'mediaProfile' | 'pageCount'>;

const shapeOf = async (db: Database, bookId: string): Promise<Shape> =>
  Book.query(db).findById(bookId).select('mediaProfile', 'pageCount').throwIfNotFound();

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** The last page is the end of a book, the first one its beginning: what lies before a page is read. */
const partBefore = (page: number, pageCount: number): number =>
  page >= pageCount ? 1 : (page - 1) / Math.max(pageCount, 1);

/** Null: the viewer has not begun the book. Throws 404 and 403. */
export async function getOpdsProgression(
  db: Database,
  viewer: Viewer,
  bookId: string,
): Promise<KnownProgression | null> {
  const stored = await getProgression(db, viewer, bookId);
  if (stored === null) return null;
  const { mediaProfile, pageCount } = await shapeOf(db, bookId);
  const { locations, title, references } = stored.locator as Kept;
  const page = mediaProfile === 'EPUB' ? null : (locations?.position ?? 1);
  return {
    ...(typeof title === 'string' && title !== '' ? { title } : {}),
    ...{ modified: stored.modified, device: stored.device, page, isPdf: mediaProfile === 'PDF' },
    // as it was sent: a reader must not be told that it is elsewhere
    progression: Math.max(0, Math.min(locations?.totalProgression ?? partBefore(page ?? 1, pageCount), 1)),
    references: texts(references),
  };
}

/** A page that a reference names: `#page=17` of a PDF, or the address of a page as our manifests write it. */
function pageNamed(references: string[], pageCount: number): number | null {
  for (const reference of references) {
    const page = Number(/(?:#page=|\/pages\/)(\d{1,6})$/.exec(reference)?.[1]);
    if (page >= 1 && page <= pageCount) return page;
  }
  return null;
}

/** Forgives what dividing and multiplying again lose. */
const tolerance = 1e-6;

function pageAt({ progression, references }: OpdsProgression, pageCount: number): number {
  const page = Math.floor(progression * pageCount + tolerance) + 1;
  return pageNamed(references, pageCount) ?? Math.max(1, Math.min(page, pageCount));
}

async function locatorOf(
  db: Database,
  bookId: string,
  { mediaProfile, pageCount }: Shape,
  sent: OpdsProgression,
): Promise<Locator> {
  const { progression: totalProgression } = sent;
  if (mediaProfile !== 'EPUB')
    return { href: '', type: '', locations: { position: pageAt(sent, pageCount), totalProgression } };
  const outline = await outlineOf(db, bookId);
  const positions = outline ? positionsOf(outline) : [];
  const position = positions[Math.max(0, Math.ceil(totalProgression * positions.length) - 1)];
  return position ? { ...position } : { href: '', type: '', locations: { totalProgression } };
}

/** Throws 404, 403, 400; 409 unless it is newer than what is kept. */
export async function putOpdsProgression(
  db: Database,
  viewer: Viewer,
  bookId: string,
  sent: OpdsProgression,
): Promise<void> {
  const { title = '', references, modified, device } = sent;
  const shape = await Book.query(db).findById(bookId).select('mediaProfile', 'pageCount');
  const locator: Locator & Kept = {
    // of an unknown book nothing is kept: the next line refuses it
    ...(shape ? await locatorOf(db, bookId, shape, sent) : { href: '', type: '' }),
    ...(title === '' ? {} : { title }),
    ...(references.length === 0 ? {} : { references }),
  };
  await putProgression(db, viewer, bookId, { modified, device, locator });
}
