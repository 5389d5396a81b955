import { createReadStream } from 'node:fs';
import { opendir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fail, isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import { compareNatural } from '../base/natural-order';
import { codedFileError, openRegularFile, openSource, type ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { pictureSize } from './picture-size';
import { isHiddenName, looksLikePicture, mayMove, otherType, pictureType } from './picture-type';
import type { BookContent, PageEntry, Reader } from './reader';

/** How deep pages may lie; deeper is no book but somebody's disk. */
const maxDepth = 8;

/** Names of all files below a folder, `/` as separator. Symbolic links and hidden parts are passed over. */
export async function listFiles(root: string, limits: MediaLimits): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    for await (const item of await opendir(path.join(root, folder))) {
      const name = folder === '' ? item.name : `${folder}/${item.name}`;
      if (isHiddenName(item.name)) continue;
      if (found.length >= limits.entries) throw fail('ERR_2001', { entries: found.length });
      if (item.isFile()) found.push(name);
      if (item.isDirectory() && depth < maxDepth) await visit(name, depth + 1);
    }
  };
  await visit('', 0);
  return found;
}

async function withFile<T>(root: string, name: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openSource(await resolveInside(root, name));
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

const firstBytes = 4096;

async function look(source: ByteSource, name: string, limits: MediaLimits, dimensions: boolean) {
  let head = await source.read(0, firstBytes);
  const mediaType = pictureType(head);
  if (!mediaType) return { page: null, size: source.size };
  let size = dimensions ? pictureSize(head) : null;
  for (let wanted = firstBytes; dimensions && !size && wanted < source.size && wanted < limits.headBytes;) {
    wanted *= 16;
    head = await source.read(0, wanted);
    size = pictureSize(head);
  }
  const page: PageEntry = {
    name,
    mediaType,
    width: size?.width ?? null,
    height: size?.height ?? null,
    size: source.size,
    location: { kind: 'file', name },
    ...(mayMove(head, mediaType) ? { animated: true } : {}),
  };
  return { page, size: source.size };
}

async function folderContent(root: string, limits: MediaLimits, dimensions: boolean): Promise<BookContent> {
  const content: BookContent = { container: 'folder', pages: [], files: [], problems: [], divina: true, pageCount: 0 };
  for (const name of await listFiles(root, limits)) {
    try {
      const { page, size } = await withFile(root, name, (source) => look(source, name, limits, dimensions));
      if (page) content.pages.push(page);
      if (!page) content.files.push({ name, mediaType: otherType(name), size });
    } catch (error) {
      if (!isCoded(error)) throw error;
      content.files.push({ name, mediaType: otherType(name), size: null });
      if (looksLikePicture(name)) content.problems.push({ name, code: error.code });
    }
  }
  // directory order differs from disk to disk: names that are equal in natural order are put in code unit order
  content.pages.sort((a, b) => compareNatural(a.name, b.name) || (a.name < b.name ? -1 : 1));
  content.files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...content, pageCount: content.pages.length };
}

async function openFile(root: string, name: string, signal?: AbortSignal): Promise<Readable> {
  const file = await resolveInside(root, name);
  const { handle } = await openRegularFile(file);
  return createReadStream(file, { fd: handle, ...(signal ? { signal } : {}) });
}

/** A folder of pictures as one book. */
export function openFolder(root: string, limits: MediaLimits): Reader {
  return {
    container: 'folder',
    content: ({ dimensions = true } = {}) =>
      folderContent(root, limits, dimensions).catch((error: unknown) => Promise.reject(codedFileError(error))),
    async file(name) {
      try {
        return await withFile(root, name, (source) =>
          source.size > limits.metadataBytes ? Promise.resolve(null) : source.read(0, source.size),
        );
      } catch (error) {
        if (isCoded(error) && error.code === 'ERR_1018') return null;
        throw error;
      }
    },
    open(location, signal) {
      if (location.kind !== 'file') return Promise.reject(fail('ERR_2003', { kind: location.kind }));
      return openFile(root, location.name, signal);
    },
    close: () => Promise.resolve(),
  };
}
