import type { FailedTask } from '../api/types';

/** What the server does in the background, in words. */
const titles: Record<string, string> = {
  scanLibrary: 'Scan a library',
  analyzeBook: 'Open a book',
  analyzeBooks: 'Open books',
  generatePoster: 'Make a cover',
  generatePosters: 'Make covers',
  refreshBookMetadata: 'Read the metadata of a book',
  refreshBooks: 'Read the metadata of books',
  refreshSidecars: 'Read what lies beside books',
  refreshSeries: 'Bring a series up to date',
  refreshSeriesTogether: 'Bring series up to date',
  importSets: 'Make the lists that files name',
  hashBook: 'Compute the checksum of a book',
  hashBookKoreader: 'Compute the checksum of a book for KOReader',
  hashBookPages: 'Compare the pages of a book',
  findBarcode: 'Look for the barcode of a book',
  eachBook: 'Compute checksums of books',
  removeHashedPages: 'Take pages out of a book',
  emptyTrash: 'Empty the trash',
  convertBook: 'Convert a book to CBZ',
  repairExtension: 'Correct the extension of a file',
  deleteBookFile: 'Delete the file of a book',
  deleteSeriesFiles: 'Delete the files of a series',
  importBook: 'Import a file',
  analyzeTransientBook: 'Look at a file to import',
  enrich: 'Fetch metadata from MangaDex',
  cleanUp: 'Clean up',
};

export const taskTitle = ({ task }: Pick<FailedTask, 'task'>): string => titles[task] ?? 'Work in the background';
