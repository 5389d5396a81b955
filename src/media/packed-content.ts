import { fail } from '../base/errors';
import { compareNatural } from '../base/natural-order';
import type { MediaLimits } from './limits';
import { pictureSize } from './picture-size';
import { isHiddenName, looksLikePicture, mayMove, otherType, pictureType } from './picture-type';
import { refusalOf, type PackedBook, type PackedEntry, type UnpackPlan } from './packed-book';
import type { BookContent, PageEntry, PageLocation } from './reader';

const locationOf = (entry: PackedEntry): PageLocation =>
  entry.stored
    ? { kind: 'span', offset: entry.dataOffset, size: entry.size, ...(entry.crc32 ? { crc32: entry.crc32 } : {}) }
    : { kind: 'entry', name: entry.name, index: entry.index };

/** Metadata that is unpacked on the way, so that a solid archive is not decoded once more for it. */
const isMetadata = (entry: PackedEntry) => /\.(xml|opf)$/iu.test(entry.name);

/** Entries are looked at unless their name says that they are something else for certain. */
const mayBePage = (entry: PackedEntry) =>
  !isHiddenName(entry.name) && otherType(entry.name) === 'application/octet-stream';

/** What the first bytes of an entry tell; the bytes themselves are not kept. */
type Look = Pick<PageEntry, 'width' | 'height' | 'animated'> & { mediaType: string | null };

/** What one look through the archive finds. */
interface Findings {
  looks: Map<number, Look>;
  problems: Map<number, string>;
  metadata: Map<string, Buffer>;
}

function lookAt(head: Buffer, dimensions: boolean): Look {
  const { width, height } = (dimensions ? pictureSize(head) : null) ?? { width: null, height: null };
  const mediaType = pictureType(head);
  const moves = mediaType !== null && mayMove(head, mediaType) ? { animated: true as const } : {};
  return { mediaType, width, height, ...moves };
}

interface HeadPlan {
  wanted: Map<number, PackedEntry>;
  /** Entries up to this index were dealt with by earlier runs. */
  after: number;
  dimensions: boolean;
  limits: MediaLimits;
  deadline: number;
}

/** A plan that looks at the first bytes of each wanted entry, and checks that none exceeds its size. */
function headPlan({ wanted, after, dimensions, limits, deadline }: HeadPlan, found: Findings): UnpackPlan {
  let chunks: Buffer[] = [];
  let [kept, total, metadataBytes] = [0, 0, 0];
  return {
    deadline,
    from: after + 1,
    wants: (index) => index > after && wanted.has(index),
    write(index, bytes) {
      const entry = wanted.get(index);
      total += bytes.length;
      if (!entry || total > entry.size) return false;
      const room = Math.max(0, limits.headBytes - kept);
      if (room > 0) chunks.push(Buffer.from(bytes.subarray(0, room)));
      kept += Math.min(bytes.length, room);
      return true;
    },
    done(index) {
      const entry = wanted.get(index);
      const head = Buffer.concat(chunks);
      const fits = head.length === total && metadataBytes + head.length <= limits.metadataBytes;
      if (entry && isMetadata(entry) && fits) {
        found.metadata.set(entry.name, head);
        metadataBytes += head.length;
      }
      found.looks.set(index, lookAt(head, dimensions));
      [chunks, kept, total] = [[], 0, 0];
      return true;
    },
  };
}

/** After this many damaged entries the rest is given up: each costs another run through the archive. */
const maxRuns = 8;

/** Looks at all packed entries. One run through the archive, another one for each damaged entry. */
async function lookAtPacked(
  book: PackedBook,
  entries: PackedEntry[],
  dimensions: boolean,
  found: Findings,
): Promise<void> {
  const wanted = new Map(entries.map((entry) => [entry.index, entry]));
  const plan = { wanted, dimensions, limits: book.limits, deadline: Date.now() + book.limits.bookMilliseconds };
  let after = -1;
  for (let run = 0; run < maxRuns; run++) {
    const failure = await book.unpack(headPlan({ ...plan, after }, found));
    if (!failure) break;
    if (failure.code === 'ERR_2006') throw fail('ERR_2006', { index: failure.index });
    if (wanted.has(failure.index)) found.problems.set(failure.index, failure.code);
    // a solid archive cannot be entered behind the damage
    if (book.solid || failure.index <= after) break;
    after = failure.index;
  }
  for (const index of wanted.keys()) {
    if (!found.looks.has(index) && !found.problems.has(index)) found.problems.set(index, 'ERR_2003');
  }
}

async function lookAtStored(book: PackedBook, entry: PackedEntry, dimensions: boolean): Promise<Look> {
  const read = (length: number) => book.source.read(entry.dataOffset, Math.min(length, entry.size));
  const look = lookAt(await read(4096), dimensions);
  if (!dimensions || look.mediaType === null || look.width !== null) return look;
  return lookAt(await read(book.limits.headBytes), dimensions);
}

/** Looks at every entry whose content counts; packed ones in as few runs as can be. */
async function lookThrough(book: PackedBook, files: PackedEntry[], dimensions: boolean): Promise<Findings> {
  const found: Findings = { looks: new Map(), problems: new Map(), metadata: new Map() };
  const readable = files.filter((entry) => {
    const problem = refusalOf(entry, book);
    if (problem !== null) found.problems.set(entry.index, problem);
    return problem === null;
  });
  for (const entry of readable.filter((candidate) => candidate.stored && mayBePage(candidate))) {
    found.looks.set(entry.index, await lookAtStored(book, entry, dimensions));
  }
  const packed = readable.filter((entry) => !entry.stored && entry.size > 0 && (mayBePage(entry) || isMetadata(entry)));
  if (packed.some(mayBePage)) await lookAtPacked(book, packed, dimensions, found);
  return found;
}

/** Pages, other files and problems of an archive, and the metadata documents that were seen on the way. */
export async function packedContent(
  book: PackedBook,
  dimensions: boolean,
): Promise<{ content: BookContent; metadata: Map<string, Buffer> }> {
  const files = book.entries.filter(({ file }) => file);
  const { looks, problems, metadata } = await lookThrough(book, files, dimensions);
  const content: BookContent = {
    container: book.container,
    pages: [],
    files: [],
    problems: [],
    divina: true,
    pageCount: 0,
    ...(book.volumes ? { volumes: true } : {}),
  };
  for (const entry of files) {
    const { name } = entry;
    const { mediaType = null, ...look } = looks.get(entry.index) ?? { width: null, height: null };
    const code = problems.get(entry.index);
    if (mediaType !== null && code === undefined && mayBePage(entry)) {
      content.pages.push({ name, mediaType, ...look, size: entry.size, location: locationOf(entry) });
      continue;
    }
    content.files.push({ name, mediaType: otherType(name), size: Number.isFinite(entry.size) ? entry.size : null });
    if (code !== undefined && looksLikePicture(name) && !isHiddenName(name)) content.problems.push({ name, code });
  }
  if (book.missing !== undefined) content.problems.push({ name: book.missing, code: 'ERR_2015' });
  else if (book.damaged) content.problems.push({ name: '', code: 'ERR_2002' });
  content.pages.sort((a, b) => compareNatural(a.name, b.name));
  return { content: { ...content, pageCount: content.pages.length }, metadata };
}
