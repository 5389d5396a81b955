import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import type { ArchiveFile } from './archive-files';

/**
 * Writes a new ZIP with everything stored, and waits until the disk has it. One entry is in memory at a time; sizes stand
 * before the data, since readers that stream cannot tell where a stored entry without them ends. Throws when the file exists.
 */
export async function writeZip(
  target: string,
  files: readonly ArchiveFile[],
  modifiedAt: Date,
  signal: AbortSignal,
): Promise<void> {
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as PassThrough;
  const written = pipeline(output, createWriteStream(target, { flags: 'wx' }), { signal });
  const fill = async () => {
    for (const file of files) {
      signal.throwIfAborted();
      zip.addBuffer(await file.read(), file.name, { compress: false, mtime: modifiedAt });
      if (output.writableNeedDrain) await Promise.race([once(output, 'drain'), written]);
    }
    zip.end();
  };
  const filled = fill().catch((error: unknown) => {
    output.destroy(error as Error);
    throw error;
  });
  await Promise.all([filled, written]);
  await syncFile(target);
}

/** Waits until the disk has what was written. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
