import type { z } from 'zod';
import { publicId } from '../../../base/public-id';
import type { Library } from '../../../model/library';
import { isAdmin, type Viewer } from '../../../search/viewer';
import type { libraryDto } from '../dto/library';

/** Where the library lies is for administrators only. */
export function presentLibrary(row: Library, viewer: Viewer): z.input<typeof libraryDto> {
  return {
    id: publicId(row.id),
    name: row.name,
    root: isAdmin(viewer) ? row.root : '',
    importComicInfoBook: row.importComicInfoBook,
    importComicInfoSeries: row.importComicInfoSeries,
    importComicInfoCollection: row.importComicInfoCollection,
    importComicInfoReadList: row.importComicInfoReadList,
    importComicInfoSeriesAppendVolume: row.importComicInfoSeriesAppendVolume,
    importEpubBook: row.importEpubBook,
    importEpubSeries: row.importEpubSeries,
    importMylarSeries: row.importMylarSeries,
    importLocalArtwork: row.importLocalArtwork,
    importBarcodeIsbn: row.importBarcodeIsbn,
    scanForceModifiedTime: row.scanForceModifiedTime,
    scanInterval: row.scanInterval,
    scanOnStartup: row.scanOnStartup,
    scanCbx: row.scanCbx,
    scanPdf: row.scanPdf,
    scanEpub: row.scanEpub,
    scanDirectoryExclusions: row.scanDirectoryExclusions,
    repairExtensions: row.repairExtensions,
    convertToCbz: row.convertToCbz,
    emptyTrashAfterScan: row.emptyTrashAfterScan,
    seriesCover: row.seriesCover,
    hashFiles: row.hashFiles,
    hashPages: row.hashPages,
    hashKoreader: row.hashKoreader,
    analyzeDimensions: row.analyzeDimensions,
    oneshotsDirectory: row.oneshotsDirectory,
    unavailable: row.unavailableAt !== null,
  };
}
