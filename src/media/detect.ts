import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { TarPacking } from './packed-window';
import type { Container } from './reader';
import { isTarHeader } from './tar-headers';
import { endsLikeZip } from './zip-directory';

export interface Detected {
  container: Exclude<Container, 'folder'>;
  /** Where the container begins: behind the program of a self-extracting archive, or behind junk in front of a PDF. */
  offset: number;
  /** Of a TAR: what it is packed with as a whole; that it is one shows when it is unpacked. */
  packing?: TarPacking;
}

const headBytes = 1024;
/** WinRAR's own stubs are a few hundred KiB; UnRAR looks as far as this too. */
const stubBytes = 1024 * 1024;

const rar4 = 'Rar!\x1a\x07\x00';
const rar5 = 'Rar!\x1a\x07\x01\x00';
const epubMark = 'mimetypeapplication/epub+zip';

const at = (bytes: Buffer, position: number, text: string) =>
  bytes.toString('latin1', position, position + text.length) === text;

/** Containers that are known and not handled, so that the log can say what it was. */
const refused: [string, number, string][] = [
  ['application/x-ace', 7, '**ACE**'],
  ['application/x-rar-compressed', 0, 'RE~^'],
];

const packings: [TarPacking, string][] = [
  ['gzip', '\x1f\x8b\x08'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\0'],
  ['zstd', '\x28\xb5\x2f\xfd'],
];

function byMagic(head: Buffer): Detected | null {
  if (at(head, 0, 'PK\x03\x04')) return { container: at(head, 30, epubMark) ? 'epub' : 'zip', offset: 0 };
  // empty; split or spanned, also when reduced to one part
  if (at(head, 0, 'PK\x05\x06') || at(head, 0, 'PK\x07\x08') || at(head, 0, 'PK00PK'))
    return { container: 'zip', offset: 0 };
  if (at(head, 0, rar5)) return { container: 'rar5', offset: 0 };
  if (at(head, 0, rar4)) return { container: 'rar4', offset: 0 };
  if (at(head, 0, '%PDF-')) return { container: 'pdf', offset: 0 };
  if (at(head, 0, '7z\xbc\xaf\x27\x1c')) return { container: '7z', offset: 0 };
  return null;
}

/** A RAR behind a program (self-extracting). */
async function behindStub(source: ByteSource): Promise<Detected | null> {
  const stub = await source.read(0, stubBytes);
  for (let position = stub.indexOf('Rar!\x1a\x07', 0, 'latin1'); position >= 0;) {
    if (at(stub, position, rar5)) return { container: 'rar5', offset: position };
    if (at(stub, position, rar4)) return { container: 'rar4', offset: position };
    position = stub.indexOf('Rar!\x1a\x07', position + 1, 'latin1');
  }
  return null;
}

/** The kind of a book file by its content; ERR_1001 for anything that is no book. */
export async function detect(source: ByteSource): Promise<Detected> {
  const head = await source.read(0, headBytes);
  const known = byMagic(head);
  if (known) return known;
  const foreign = refused.find(([, position, magic]) => at(head, position, magic));
  if (foreign) throw fail('ERR_1001', { type: foreign[0] });
  const packed = packings.find(([, magic]) => at(head, 0, magic));
  if (packed) return { container: 'tar', offset: 0, packing: packed[0] };
  if (isTarHeader(head.subarray(0, 512))) return { container: 'tar', offset: 0 };
  const pdf = head.indexOf('%PDF-', 0, 'latin1');
  if (pdf >= 0) return { container: 'pdf', offset: pdf };
  if (await endsLikeZip(source)) return { container: 'zip', offset: 0 };
  const isProgram = at(head, 0, 'MZ') || at(head, 0, '\x7fELF');
  const rar = isProgram || source.size > 0 ? await behindStub(source) : null;
  if (rar) return rar;
  // most often the page of a download that failed
  const isHtml = /^\s*<(!doctype html|html)\b/i.test(head.toString('latin1'));
  throw fail('ERR_1001', { type: isHtml ? 'text/html' : 'application/octet-stream' });
}
