import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Kinds of font files that browsers know, with the name of their format in a style sheet. */
const formats: Record<string, string> = { otf: 'opentype', ttf: 'truetype', woff: 'woff', woff2: 'woff2' };

const extensionOf = (file: string): string => path.extname(file).slice(1).toLowerCase();

async function listed(folder: string, is: (entry: Dirent) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(is)
    .map(({ name }) => name)
    .sort();
}

/** Families of fonts that an administrator has put into a folder, each a folder of its own. */
export const fontFamilies = (folder: string): Promise<string[]> => listed(folder, (entry) => entry.isDirectory());

/** The files of a family; none of an unknown one. A name is compared with what lies there and never made into a path. */
export async function fontFiles(folder: string, family: string): Promise<string[]> {
  if (!(await fontFamilies(folder)).includes(family)) return [];
  return listed(path.join(folder, family), (entry) => entry.isFile() && extensionOf(entry.name) in formats);
}

export interface FontFile {
  path: string;
  name: string;
  mediaType: string;
}

/** One file of a family; null for an unknown one. */
export async function fontFile(folder: string, family: string, name: string): Promise<FontFile | null> {
  const isThere = (await fontFiles(folder, family)).includes(name);
  return isThere ? { path: path.join(folder, family, name), name, mediaType: `font/${extensionOf(name)}` } : null;
}

const quoted = (text: string): string => text.replace(/[\\'\n]/gu, (sign) => `\\${sign.codePointAt(0)?.toString(16)} `);

/** A style sheet with a face for each weight and style, guessed from the names of the files; its addresses are beside it. */
export function fontStyleSheet(family: string, files: readonly string[]): string {
  const faces = new Map<string, string[]>();
  for (const file of files) {
    const weight = /bold/i.test(file) ? 'bold' : 'normal';
    const style = /italic|oblique/i.test(file) ? 'italic' : 'normal';
    const source = `url('${encodeURIComponent(file).replaceAll("'", '%27')}') format('${formats[extensionOf(file)]}')`;
    const face = `    font-weight: ${weight};\n    font-style: ${style};\n`;
    faces.set(face, [...(faces.get(face) ?? []), source]);
  }
  return [...faces]
    .map(
      ([face, sources]) =>
        `@font-face {\n    font-family: '${quoted(family)}';\n    src: ${sources.join(',')};\n${face}}\n`,
    )
    .join('\n');
}
