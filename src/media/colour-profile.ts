import { codedProfile, profileOf, type Chromaticity } from './icc-profile';
import { box, boxes, inside, primaryProperties, type Box } from './iso-boxes';

/** What the numbers of a decoded picture mean where they are not sRGB. */
export interface ColourMeaning {
  /** An ICC profile. */
  profile: Buffer | null;
  /** Four inks, whatever the profile. */
  cmyk: boolean;
}

const srgb: ColourMeaning = { profile: null, cmyk: false };
const maxProfileBytes = 4 * 1024 * 1024;

/** ICC.1 §7.2: the signature, and the space of the data. */
function meaningOf(profile: Buffer): ColourMeaning {
  const isProfile =
    profile.length >= 132 && profile.length <= maxProfileBytes && profile.toString('latin1', 36, 40) === 'acsp';
  return isProfile ? { profile, cmyk: profile.toString('latin1', 16, 20) === 'CMYK' } : srgb;
}

const contentOf = (bytes: Buffer, { start, end }: Box, skip: number) => bytes.subarray(start + skip, end);

/** `colr` properties of the primary item: a whole profile before coded numbers. */
function ofHeif(bytes: Buffer): ColourMeaning {
  const found = primaryProperties(bytes).own.filter(({ type }) => type === 'colr');
  const whole = found.find((one) => /prof|rICC/u.test(kindOf(bytes, one)));
  return whole ? meaningOf(contentOf(bytes, whole, 4)) : ofCoded(bytes, found);
}

/** sharp applies whole profiles of AVIF itself, and knows nothing of coded numbers. */
function ofAvif(bytes: Buffer): ColourMeaning {
  const found = primaryProperties(bytes).own.filter(({ type }) => type === 'colr');
  return found.some((one) => /prof|rICC/u.test(kindOf(bytes, one))) ? srgb : ofCoded(bytes, found);
}

const kindOf = (bytes: Buffer, { start }: Box) => bytes.toString('latin1', start, start + 4);

function ofCoded(bytes: Buffer, found: Box[]): ColourMeaning {
  const coded = found.find((one) => kindOf(bytes, one) === 'nclx');
  if (!coded) return srgb;
  return {
    profile: codedProfile(bytes.readUInt16BE(coded.start + 4), bytes.readUInt16BE(coded.start + 6)),
    cmyk: false,
  };
}

const cmykNumber = 12;

/** The first `colr` of the header counts (ISO 15444-1, I.5.3.3): a number, or a profile. */
function ofJp2(bytes: Buffer): ColourMeaning {
  const colr = box(inside(bytes, box(boxes(bytes, 0, bytes.length), 'jp2h')), 'colr');
  if (!colr) return srgb;
  const method = bytes[colr.start];
  if (method === 1) return { profile: null, cmyk: bytes.readUInt32BE(colr.start + 3) === cmykNumber };
  return method === 2 || method === 3 ? meaningOf(contentOf(bytes, colr, 3)) : srgb;
}

const calibrated = 0;
const embedded = 'DEBM';

/** Headers of versions 4 and 5 may give the primaries, and the latter a whole profile; profiles on the disk are not read. */
function ofBmp(bytes: Buffer): ColourMeaning {
  const size = bytes.readUInt32LE(14);
  if (size < 108) return srgb;
  if (size >= 124 && bytes.toString('latin1', 70, 74) === embedded) {
    const start = 14 + bytes.readUInt32LE(126);
    return meaningOf(bytes.subarray(start, start + bytes.readUInt32LE(130)));
  }
  if (bytes.readUInt32LE(70) !== calibrated) return srgb;
  return { profile: calibratedProfile(bytes), cmyk: false };
}

/** Endpoints are XYZ (2.30), gammas 16.16; white is what all three give together. */
function calibratedProfile(bytes: Buffer): Buffer | null {
  const number = (at: number) => bytes.readUInt32LE(at) / 2 ** 30;
  const xyz = [74, 86, 98].map((at) => [number(at), number(at + 4), number(at + 8)] as const);
  const chromaticity = (points: (readonly [number, number, number])[]): Chromaticity => {
    const [x, y, z] = [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0));
    const sum = (x ?? 0) + (y ?? 0) + (z ?? 0);
    return { x: (x ?? 0) / sum, y: (y ?? 0) / sum };
  };
  const [red, green, blue] = xyz.map((point) => chromaticity([point]));
  const white = chromaticity([...xyz]);
  const gamma = bytes.readUInt32LE(110) / 65_536;
  const isUsable = [red, green, blue, white].every((point) => point !== undefined && point.y > 0.001) && gamma >= 1;
  return red && green && blue && isUsable && gamma <= 4 ? profileOf({ red, green, blue, white, gamma }) : null;
}

const readers: Record<string, (bytes: Buffer) => ColourMeaning> = {
  'image/heic': ofHeif,
  'image/heif': ofHeif,
  'image/avif': ofAvif,
  'image/jp2': ofJp2,
  'image/bmp': ofBmp,
};

/** What the numbers of a picture mean, by its file; sRGB where it does not say. */
export function colourMeaning(mediaType: string, bytes: Buffer): ColourMeaning {
  try {
    return readers[mediaType]?.(bytes) ?? srgb;
  } catch {
    return srgb; // a number beyond the end of the bytes
  }
}
