import { stat } from 'node:fs/promises';
import { fail, isCoded } from '../base/errors';
import { codedFileError, openSource, type ByteSource } from './byte-source';
import { detect, type Detected } from './detect';
import { defaultLimits, type MediaLimits } from './limits';
import { hasEpubMimetype, openEpub } from './epub';
import { openFolder } from './folder';
import { openPdf } from './pdf';
import { openPacked } from './packed';
import { readPackedBook } from './packed-books';
import type { Reader } from './reader';
import { openZip } from './zip';
import { openDamagedZip } from './zip-salvage';

export interface OpenOptions {
  limits?: MediaLimits;
}

/** By its directory; without one by what can be saved. */
async function openComicZip(path: string, source: ByteSource, limits: MediaLimits): Promise<Reader> {
  try {
    return await openZip(source, limits);
  } catch (error) {
    if (!isCoded(error) || error.code !== 'ERR_2002') throw error;
    await source.close();
    return openDamagedZip(path, limits);
  }
}

async function openDetected(
  path: string,
  source: ByteSource,
  detected: Detected,
  limits: MediaLimits,
): Promise<Reader> {
  const packed = await readPackedBook(path, source, detected, limits);
  if (packed) return openPacked(packed);
  switch (detected.container) {
    case 'epub':
      return openEpub(source, limits);
    case 'zip':
      if (!/\.epub$/iu.test(path)) return openComicZip(path, source, limits);
      if (!(await hasEpubMimetype(source, limits))) throw fail('ERR_1032');
      return openEpub(source, limits);
    default:
      return openPdf(source, detected, limits);
  }
}

/** Opens a book file or a folder of pictures; the kind is told by content. Throws coded errors only. */
export async function openBook(path: string, { limits = defaultLimits }: OpenOptions = {}): Promise<Reader> {
  const stats = await stat(path).catch((error: unknown) => Promise.reject(codedFileError(error)));
  if (stats.isDirectory()) return openFolder(path, limits);
  const source = await openSource(path);
  try {
    return await openDetected(path, source, await detect(source), limits);
  } catch (error) {
    await source.close();
    throw codedFileError(error);
  }
}
