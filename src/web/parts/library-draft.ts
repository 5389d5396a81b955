import type { Library, LibraryOptions, LibraryState, MetadataOptions, OwnOptions } from '../api/types';

/** Everything that the form of a library changes, as one value. */
export interface LibraryDraft extends LibraryOptions, OwnOptions {
  metadataMode: MetadataOptions['mode'];
  metadataCovers: boolean;
}

/** Folders that storage boxes make for themselves, with copies and leavings in them; Komga's own UI leaves them out too. */
const usualExclusions = ['#recycle', '@eaDir', '@Recycle'];

/** What the server does when nobody says otherwise. */
export const newDraft: LibraryDraft = {
  ...{ name: '', root: '', scanInterval: 'EVERY_6H', scanOnStartup: false, scanForceModifiedTime: false },
  ...{ scanCbx: true, scanPdf: true, scanEpub: true, scanImageFolders: true, watch: true, parseNames: false },
  ...{ scanDirectoryExclusions: usualExclusions, oneshotsDirectory: null, seriesCover: 'FIRST' },
  ...{ importComicInfoBook: true, importComicInfoSeries: true, importComicInfoCollection: true },
  ...{ importComicInfoReadList: true, importComicInfoSeriesAppendVolume: true, importEpubBook: true },
  ...{ importEpubSeries: true, importMylarSeries: true, importLocalArtwork: true, importBarcodeIsbn: false },
  ...{ repairExtensions: false, convertToCbz: false, emptyTrashAfterScan: false, analyzeDimensions: true },
  ...{ hashFiles: true, hashPages: false, hashKoreader: false, vanishLimit: 50 },
  ...{ metadataMode: null, metadataCovers: true },
};

export function draftOf(library: Library, state: LibraryState, metadata: MetadataOptions): LibraryDraft {
  const known: Record<string, unknown> = { ...library, ...state };
  const names = Object.keys(newDraft).filter((name) => name in known);
  const options = Object.fromEntries(names.map((name) => [name, known[name]]));
  return { ...newDraft, ...options, metadataMode: metadata.mode, metadataCovers: metadata.covers };
}

const own: (keyof OwnOptions)[] = ['scanImageFolders', 'watch', 'parseNames', 'vanishLimit'];

export interface DraftChanges {
  library: Partial<LibraryOptions>;
  own: Partial<OwnOptions>;
  metadata: Partial<MetadataOptions>;
}

/** What a draft changes, by who takes it: Komga's route, ours, and that of MangaDex. */
export function changesOf(before: LibraryDraft, after: LibraryDraft): DraftChanges {
  const names = Object.keys(after) as (keyof LibraryDraft)[];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (wanted: (name: keyof LibraryDraft) => boolean) =>
    Object.fromEntries(changed.filter(wanted).map((name) => [name, after[name]]));
  const isOwn = (name: keyof LibraryDraft) => (own as string[]).includes(name);
  return {
    own: pick(isOwn),
    library: pick((name) => !isOwn(name) && !name.startsWith('metadata')),
    metadata: {
      ...(changed.includes('metadataMode') ? { mode: after.metadataMode } : {}),
      ...(changed.includes('metadataCovers') ? { covers: after.metadataCovers } : {}),
    },
  };
}

/** One text a line ↔ the list. */
export const linesOf = (list: readonly string[]): string => list.join('\n');
export const listOf = (lines: string): string[] =>
  lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
