import { type BookContainer, extensionOf } from './media-types';
import { line } from './wording';

const bookExtension = /\.(?:cbz|zip|cbr|rar|cb7|7z|cbt|tar|tgz|txz|tbz2?|tzst|tar\.(?:gz|xz|bz2|zst)|pdf|epub|kepub)$/i;

/**
 * The name under which a book is downloaded, with the extension of what the file really is: KOReader and Readest decide by it
 * before they look at the type (opds.md §2.14). Slashes would end the path segment, semicolons broke several readers.
 */
export function fileNameFor(name: string, container: BookContainer): string {
  const stem = line(name.replace(/[;/\\]/g, ' ')).replace(container === 'folder' ? /$^/ : bookExtension, '');
  return `${stem.trim() || 'book'}.${extensionOf(container)}`;
}
