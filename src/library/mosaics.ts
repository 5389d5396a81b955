import { LRUCache } from 'lru-cache';
import { notFound } from '../base/errors';
import type { Database } from '../db/database';
import { makeMosaic } from '../media/mosaic';
import { createSingleFlight } from '../media/single-flight';
import { mosaicId, tiles } from './poster-at-hand';
import type { ServedPoster } from './served-poster';
import { getSettings, posterEdges } from './settings';

/** Mosaics that are kept, of 10 to 100 KB each. */
const kept = 200;

/** Pictures of lists, made of the posters of their members; one of the same posters is made once. */
export function createMosaics(db: Database) {
  const known = new LRUCache<string, ServedPoster>({ max: kept });
  const flights = createSingleFlight<ServedPoster>();

  async function make(id: string, edge: number, posters: ServedPoster[]): Promise<ServedPoster> {
    const picture = await makeMosaic(
      posters.map(({ bytes }) => bytes),
      edge,
    );
    if (picture === null) throw notFound();
    const newest = Math.max(...posters.map(({ modifiedAt }) => modifiedAt.getTime()));
    const mosaic = { id, mediaType: picture.mediaType, bytes: picture.data, modifiedAt: new Date(newest) };
    known.set(id, mosaic);
    return mosaic;
  }

  /** Of the first four members in their order, those that have a poster. Throws 404 when none has. */
  return async (memberIds: string[], posterOf: (id: string) => Promise<ServedPoster | null>): Promise<ServedPoster> => {
    const found = await Promise.all(memberIds.slice(0, tiles).map(posterOf));
    const posters = found.filter((poster) => poster !== null);
    if (posters.length === 0) throw notFound();
    const edge = posterEdges[(await getSettings(db)).thumbnailSize];
    const id = mosaicId(
      edge,
      posters.map((poster) => poster.id),
    );
    return known.get(id) ?? flights.run(id, () => make(id, edge, posters));
  };
}
