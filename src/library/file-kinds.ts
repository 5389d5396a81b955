import path from 'node:path';
import type { Container } from '../media/reader';

/** The extension that a file of each kind should have. */
export const extensions: Partial<Record<Container, string>> = {
  ...{ zip: 'cbz', rar4: 'cbr', rar5: 'cbr', '7z': 'cb7', tar: 'cbt', epub: 'epub', pdf: 'pdf' },
};

/** Archives of pages that can be packed anew as CBZ. */
export const convertible: Container[] = ['rar4', 'rar5', '7z', 'tar'];

export const isConvertible = (container: Container): boolean => convertible.includes(container);

/** True when the extension says something else than the content; a ZIP that calls itself EPUB is most likely a damaged EPUB. */
export function isMisnamed(file: string, container: Container): boolean {
  const current = path.posix.extname(file).slice(1).toLowerCase();
  const right = extensions[container];
  return right !== undefined && current !== right && current !== 'epub';
}
