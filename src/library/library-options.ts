import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Model } from 'objection';
import { badRequest, InvalidInput } from '../base/errors';
import { isInside } from '../base/files';
import type { Database } from '../db/database';
import { Library } from '../model/library';

type Computed =
  'id' | 'createdAt' | 'modifiedAt' | 'lastScanAt' | 'unavailableAt' | 'unavailableReason' | 'vanishDeclined';

/** What an administrator decides of a library. */
export type LibraryOptions = Omit<Library, keyof Model | Computed>;

const options = {
  text: ['name', 'root', 'scanInterval', 'seriesCover', 'scanDirectoryExclusions', 'oneshotsDirectory'],
  import: [
    ...['importComicInfoBook', 'importComicInfoSeries', 'importComicInfoCollection', 'importComicInfoReadList'],
    ...['importComicInfoSeriesAppendVolume', 'importEpubBook', 'importEpubSeries', 'importMylarSeries'],
    ...['importLocalArtwork', 'importBarcodeIsbn'],
  ],
  scan: ['scanForceModifiedTime', 'scanOnStartup', 'scanCbx', 'scanPdf', 'scanEpub', 'scanImageFolders'],
  files: ['repairExtensions', 'convertToCbz', 'emptyTrashAfterScan', 'hashFiles', 'hashPages', 'hashKoreader'],
  media: ['analyzeDimensions', 'parseNames'],
  watch: ['watch', 'vanishLimit'],
};
const optionNames = Object.values(options).flat() as (keyof LibraryOptions)[];

/** Options whose change makes other files books, or other folders series. */
export const scanOptions = [
  ...(['root', 'oneshotsDirectory', 'scanCbx', 'scanPdf', 'scanEpub', 'scanImageFolders'] as const),
  ...(['scanForceModifiedTime', 'scanDirectoryExclusions', 'importLocalArtwork'] as const),
];

/** Options that let a source in: what it says is taken over when one is switched on; off, what it said stays (Komga). */
export const bookSources = ['importComicInfoBook', 'importComicInfoReadList', 'importEpubBook'] as const;
export const seriesSources = [
  ...(['importComicInfoSeries', 'importComicInfoCollection', 'importEpubSeries', 'importMylarSeries'] as const),
];

/** Only options, nothing undefined; roots absolute and without trailing slash; a blank one-shots folder is none. */
export function tidy(input: Partial<LibraryOptions>): Partial<LibraryOptions> {
  const known = optionNames.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]]));
  const result = Object.fromEntries(known) as Partial<LibraryOptions>;
  const blank = (['name', 'root'] as const).filter((field) => result[field]?.trim() === '');
  if (blank.length > 0) throw new InvalidInput(blank.map((fieldName) => ({ fieldName, message: 'must not be blank' })));
  if (result.oneshotsDirectory?.trim() === '') result.oneshotsDirectory = null;
  if (result.scanDirectoryExclusions) result.scanDirectoryExclusions = [...new Set(result.scanDirectoryExclusions)];
  if (result.root !== undefined && path.isAbsolute(result.root)) result.root = path.resolve(result.root);
  return result;
}

/** Komga's checks in its order, with its messages: its web client shows them as they are. `id`: the library that changes. */
export async function checkPlace(
  db: Database,
  { name, root }: { name: string; root: string },
  id?: string,
): Promise<void> {
  const url = pathToFileURL(root).href.replace('file:///', 'file:/');
  const stats = path.isAbsolute(root) ? await stat(root).catch(() => null) : null;
  if (stats === null) throw badRequest(`Library root folder does not exist: ${url}`);
  if (!stats.isDirectory()) throw badRequest(`Library root folder is not a folder: ${url}`);
  const others = (await Library.query(db).select('id', 'name', 'root')).filter((other) => other.id !== id);
  if (others.some((other) => other.name === name)) throw badRequest('Library name already exists');
  for (const other of others) {
    const relation = isInside(other.root, root) ? 'child' : isInside(root, other.root) ? 'parent' : null;
    if (relation === null) continue;
    throw badRequest(`Library path ${root} is a ${relation} of existing library ${other.name}: ${other.root}`);
  }
}
