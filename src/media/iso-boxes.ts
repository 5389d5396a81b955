/** A box of an ISO base media file (AVIF, HEIF, JPEG 2000, JPEG XL): where its content lies. */
export interface Box {
  type: string;
  start: number;
  end: number;
}

/** The boxes between two places. */
export function boxes(bytes: Buffer, from: number, to: number): Box[] {
  const found: Box[] = [];
  let at = from;
  while (at + 8 <= to && found.length < 1000) {
    const short = bytes.readUInt32BE(at);
    const header = short === 1 ? 16 : 8;
    if (at + header > to) break;
    const length = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? to - at : short;
    if (length < header) break;
    found.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at + header, end: Math.min(to, at + length) });
    at += length;
  }
  return found;
}

export const box = (list: Box[], type: string) => list.find((candidate) => candidate.type === type);
/** The boxes inside of another, behind so many bytes of its own. */
export const inside = (bytes: Buffer, parent: Box | undefined, skip = 0) =>
  parent ? boxes(bytes, parent.start + skip, parent.end) : [];

/** Numbers (from 1) of the properties that belong to an item of a HEIF file. */
function propertiesOf(bytes: Buffer, ipma: Box | undefined, item: number): number[] {
  if (!ipma) return [];
  const wideItems = (bytes[ipma.start] ?? 0) > 0;
  const wide = ((bytes[ipma.start + 3] ?? 0) & 1) === 1;
  const count = bytes.readUInt32BE(ipma.start + 4);
  let at = ipma.start + 8;
  for (let i = 0; i < count && at + 5 < ipma.end; i++) {
    const id = wideItems ? bytes.readUInt32BE(at) : bytes.readUInt16BE(at);
    at += wideItems ? 4 : 2;
    const length = bytes[at] ?? 0;
    at += 1;
    if (id === item) {
      return Array.from({ length }, (_, k) =>
        wide ? bytes.readUInt16BE(at + 2 * k) & 0x7fff : (bytes[at + k] ?? 0) & 0x7f,
      );
    }
    at += length * (wide ? 2 : 1);
  }
  return [];
}

/** The properties of the primary item of a HEIF file, and those of all items. Throws a RangeError for what is cut off. */
export function primaryProperties(bytes: Buffer): { own: Box[]; all: Box[] } {
  const meta = inside(bytes, box(boxes(bytes, 0, bytes.length), 'meta'), 4);
  const pitm = box(meta, 'pitm');
  const iprp = inside(bytes, box(meta, 'iprp'));
  const all = inside(bytes, box(iprp, 'ipco'));
  if (!pitm || all.length === 0) return { own: [], all: [] };
  const item = (bytes[pitm.start] ?? 0) > 0 ? bytes.readUInt32BE(pitm.start + 4) : bytes.readUInt16BE(pitm.start + 4);
  return { own: propertiesOf(bytes, box(iprp, 'ipma'), item).flatMap((number) => all[number - 1] ?? []), all };
}
