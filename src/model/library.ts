import { Model } from 'objection';

export const scanIntervals = ['DISABLED', 'HOURLY', 'EVERY_6H', 'EVERY_12H', 'DAILY', 'WEEKLY'] as const;
export const seriesCovers = ['FIRST', 'FIRST_UNREAD_OR_FIRST', 'FIRST_UNREAD_OR_LAST', 'LAST'] as const;

/** A root folder with its options (Komga's LibraryDto). */
export class Library extends Model {
  static override tableName = 'library';

  declare id: string;
  declare name: string;
  declare root: string;
  declare importComicInfoBook: boolean;
  declare importComicInfoSeries: boolean;
  declare importComicInfoCollection: boolean;
  declare importComicInfoReadList: boolean;
  declare importComicInfoSeriesAppendVolume: boolean;
  declare importEpubBook: boolean;
  declare importEpubSeries: boolean;
  declare importMylarSeries: boolean;
  declare importLocalArtwork: boolean;
  declare importBarcodeIsbn: boolean;
  declare scanForceModifiedTime: boolean;
  declare scanInterval: (typeof scanIntervals)[number];
  declare scanOnStartup: boolean;
  declare scanCbx: boolean;
  declare scanPdf: boolean;
  declare scanEpub: boolean;
  declare scanImageFolders: boolean;
  declare scanDirectoryExclusions: string[];
  declare repairExtensions: boolean;
  declare convertToCbz: boolean;
  declare emptyTrashAfterScan: boolean;
  declare seriesCover: (typeof seriesCovers)[number];
  declare hashFiles: boolean;
  declare hashPages: boolean;
  declare hashKoreader: boolean;
  declare analyzeDimensions: boolean;
  declare oneshotsDirectory: string | null;
  declare watch: boolean;
  declare parseNames: boolean;
  declare vanishLimit: number | null;
  declare vanishDeclined: number;
  /** Null: as the server is configured. */
  declare mangadex: 'auto' | 'review' | 'off' | null;
  declare mangadexCovers: boolean;
  declare unavailableAt: Date | null;
  declare unavailableReason: string | null;
  declare lastScanAt: Date | null;
  declare createdAt: Date;
  declare modifiedAt: Date;
}
