import { readFile } from 'node:fs/promises';
import { badRequest, notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import type { Poster } from '../model/poster';
import { selectMissing, type PosterOwner } from './poster-selection';

/** A poster ready to send. Its id changes with its bytes, so it serves as ETag. */
export interface ServedPoster {
  id: string;
  mediaType: string;
  /** Empty for a picture that the client has already. */
  bytes: Buffer;
  modifiedAt: Date;
}

/** Ids of posters that a client has: their pictures are not read from the database only to answer 304. */
export type PostersAtHand = readonly string[];

type StoredPoster = Pick<Poster, 'id' | 'mediaType' | 'image' | 'path' | 'createdAt'> & {
  /** Of the library of the book or series; null for the others, whose pictures have no file. */
  root: string | null;
  isTheirs: boolean;
};

interface Wanted {
  owner: PosterOwner;
  id: string;
  atHand: PostersAtHand;
}

async function readPosters(db: Database, { owner, id, atHand }: Wanted, where: string, value: string) {
  const { rows } = await db.raw<{ rows: StoredPoster[] }>(
    `select p.id, p.media_type as "mediaType", p.path,
       case when p.image is null or p.id::text <> all(?::text[]) then p.image else '' end as image,
       p.created_at as "createdAt", l.root, coalesce(p.${owner} = ?, false) as "isTheirs"
     from poster p left join book b on b.id = p.book_id left join series s on s.id = p.series_id
     left join library l on l.id = coalesce(b.library_id, s.library_id)
     where ${where}`,
    [[...atHand], id, value],
  );
  return rows[0] ?? null;
}

const served = ({ id, mediaType, createdAt }: StoredPoster, bytes: Buffer): ServedPoster => ({
  ...{ id, mediaType, bytes },
  modifiedAt: createdAt,
});

/** The selected poster. Of pictures beside the books those whose file vanished are forgotten, and the next one is selected. */
export async function selectedPoster(db: Database, owner: PosterOwner, id: string): Promise<ServedPoster | null> {
  for (;;) {
    const poster = await readPosters(db, { owner, id, atHand: [] }, `p.${owner} = ? and p.selected`, id);
    if (poster === null) return null;
    const bytes = poster.image ?? (await readArtwork(poster));
    if (bytes) return served(poster, bytes);
    await db.transaction(async (trx) => {
      await trx('poster').where({ id: poster.id }).delete();
      await selectMissing(trx, owner, [id]);
    });
  }
}

/** One of the posters of an owner, whether or not it is selected. Throws 404; 400 for one of somebody else. */
export async function posterById(
  db: Database,
  owner: PosterOwner,
  id: string,
  posterId: string,
  atHand: PostersAtHand = [],
): Promise<ServedPoster> {
  const poster = await readPosters(db, { owner, id, atHand }, 'p.id = ?', posterId);
  if (!poster) throw notFound();
  if (!poster.isTheirs) throw badRequest('The poster is not of this one');
  const bytes = poster.image ?? (await readArtwork(poster));
  if (!bytes) throw notFound();
  return served(poster, bytes);
}

async function readArtwork({ root, path }: StoredPoster): Promise<Buffer | null> {
  if (root === null || path === null) return null;
  try {
    return await readFile(await resolveInside(root, path));
  } catch {
    return null;
  }
}
