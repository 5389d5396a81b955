import type { Knex } from 'knex';
import { resolveInside } from '../base/files';
import { newId } from '../base/public-id';
import { openSource } from '../media/byte-source';
import { isForeign } from '../media/foreign-picture';
import { pictureSize, pictureType } from '../media/image';
import type { ServerEvent } from '../queue/events';
import { time } from './book-rows';
import type { KnownArtwork } from './known';
import { preferArtwork, selectMissing } from './poster-selection';
import { insertRows } from './rows';
import type { FoundFile } from './found';

/** A book or series, the pictures that lie beside it now, and those that are its posters already. */
export interface ArtworkOwner {
  kind: 'book_id' | 'series_id';
  id: string;
  seriesId: string;
  files: FoundFile[];
  known: KnownArtwork[];
}

export interface ArtworkChange {
  owner: ArtworkOwner;
  added: { file: FoundFile; mediaType: string; width: number; height: number }[];
  removed: KnownArtwork[];
}

const headBytes = 1024 * 1024;

const isSame = (file: FoundFile, known: KnownArtwork) =>
  known.path === file.path && known.size === file.size && known.modifiedAt === file.modifiedAt;

export const isSameArtwork = (files: FoundFile[], known: KnownArtwork[]): boolean =>
  files.length === known.length && files.every((file) => known.some((poster) => isSame(file, poster)));

/** Looks into the pictures that are new or changed; a file that is no picture by content is passed over. */
export async function readArtwork(root: string, owners: ArtworkOwner[]): Promise<ArtworkChange[]> {
  const changes: ArtworkChange[] = [];
  for (const owner of owners) {
    if (isSameArtwork(owner.files, owner.known)) continue;
    const fresh = owner.files.filter((file) => !owner.known.some((poster) => isSame(file, poster)));
    const added = await Promise.all(fresh.map((file) => readPicture(root, file)));
    const removed = owner.known.filter((poster) => !owner.files.some((file) => isSame(file, poster)));
    changes.push({ owner, added: added.flatMap((picture) => picture ?? []), removed });
  }
  return changes;
}

async function readPicture(root: string, file: FoundFile) {
  try {
    const source = await openSource(await resolveInside(root, file.path));
    try {
      const head = await source.read(0, headBytes);
      const mediaType = pictureType(head);
      // shown by the thread that answers requests, which must not decode what takes it a second
      if (mediaType === null || isForeign(mediaType)) return null;
      return { file, mediaType, width: 0, height: 0, ...pictureSize(head) };
    } finally {
      await source.close();
    }
  } catch {
    // gone or unreadable: the next scan looks again
    return null;
  }
}

const columns = {
  id: 'uuid',
  book_id: 'uuid',
  series_id: 'uuid',
  type: 'text',
  selected: 'boolean',
  media_type: 'text',
  file_size: 'int',
  width: 'int',
  height: 'int',
  path: 'text',
  file_modified_at: 'timestamptz',
  created_at: 'timestamptz',
};

/** Posters as the pictures on disk are; a picture that vanished is no poster any more. */
export async function writeArtwork(trx: Knex, changes: ArtworkChange[], at: string): Promise<ServerEvent[]> {
  const removed = changes.flatMap((change) => change.removed);
  if (removed.length > 0) await trx.raw('delete from poster where id = any(?)', [removed.map(({ id }) => id)]);
  await insertRows(
    trx,
    'poster',
    columns,
    changes.flatMap((change) => rowsOf(change, at)),
  );
  for (const kind of ['book_id', 'series_id'] as const) {
    const owned = changes.filter(({ owner }) => owner.kind === kind);
    const withNew = owned.filter(({ added }) => added.length > 0).map(({ owner }) => owner.id);
    await preferArtwork(trx, kind, withNew);
    await selectMissing(
      trx,
      kind,
      owned.map(({ owner }) => owner.id).filter((id) => !withNew.includes(id)),
    );
  }
  return changes.filter(({ added, removed: gone }) => added.length + gone.length > 0).map(eventOf);
}

function rowsOf({ owner, added }: ArtworkChange, at: string): object[] {
  return added.map(({ file, mediaType, width, height }) => ({
    id: newId(),
    [owner.kind]: owner.id,
    type: 'SIDECAR',
    selected: false,
    media_type: mediaType,
    file_size: file.size,
    width,
    height,
    path: file.path,
    file_modified_at: time(file.modifiedAt),
    created_at: at,
  }));
}

function eventOf({ owner, added }: ArtworkChange): ServerEvent {
  const what = added.length > 0 ? 'Added' : 'Deleted';
  const selected = added.length > 0;
  if (owner.kind === 'book_id')
    return { type: `ThumbnailBook${what}`, bookId: owner.id, seriesId: owner.seriesId, selected };
  return { type: `ThumbnailSeries${what}`, seriesId: owner.id, selected };
}
