import { constants, copyFile, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { bookNamesOfArtwork, isArtwork, isSeriesArtwork, stemOf } from './book-files';

/** Pictures that lie beside a file and are named like it come along, under the new name; nothing is overwritten. */
export async function importSidecars(
  source: string,
  target: string,
  copyMode: 'MOVE' | 'COPY' | 'HARDLINK',
): Promise<void> {
  const stem = stemOf(path.basename(source));
  const folder = path.dirname(source);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!isArtwork(name) || isSeriesArtwork(name) || !bookNamesOfArtwork(name).includes(stem.toLowerCase())) continue;
    const renamed = `${stemOf(path.basename(target))}${name.slice(stem.length)}`;
    const from = path.join(folder, name);
    const isCopied = await copyFile(from, path.join(path.dirname(target), renamed), constants.COPYFILE_EXCL).then(
      () => true,
      () => false,
    );
    if (isCopied && copyMode === 'MOVE') await unlink(from).catch(() => undefined);
  }
}
