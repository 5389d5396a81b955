import type { ByteSource } from './byte-source';
import type { Detected } from './detect';
import type { MediaLimits } from './limits';
import type { PackedBook } from './packed-book';
import { readRarBook } from './rar-book';
import { readSevenZipBook } from './seven-zip-book';
import { readTarBook } from './tar-book';

/** The archive if it is one whose entries are unpacked in order, or null. */
export async function readPackedBook(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<PackedBook | null> {
  switch (detected.container) {
    case 'rar4':
    case 'rar5':
      return readRarBook(path, source, detected, limits);
    case '7z':
      return readSevenZipBook(path, source, limits);
    case 'tar':
      return readTarBook(source, limits);
    default:
      return null;
  }
}
