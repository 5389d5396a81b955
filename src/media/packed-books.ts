import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import type { PackedBook } from './packed-book';
import { readPackedTarBook } from './packed-tar-book';
import { readRarBook } from './rar-book';
import { readSevenZipBook } from './seven-zip-book';
import { readTarBook } from './tar-book';

/**
 * The archive if it is one whose entries are unpacked in order, or null. `isListed: false` is for who knows already which
 * entry is wanted: where a list would cost a run through the archive, it is left out.
 */
export async function readPackedBook(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
  isListed = true,
): Promise<PackedBook | null> {
  switch (detected.container) {
    case 'rar4':
    case 'rar5':
      return readRarBook(path, source, detected, limits);
    case '7z':
      return readSevenZipBook(path, source, limits);
    case 'tar':
      return detected.packing
        ? readPackedTarBook(path, detected.packing, source, { limits, isListed })
        : readTarBook(source, limits);
    default:
      return null;
  }
}
