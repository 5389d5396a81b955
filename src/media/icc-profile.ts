type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

/** A colour by its CIE 1931 chromaticity. */
export interface Chromaticity {
  x: number;
  y: number;
}

export interface RgbSpace {
  red: Chromaticity;
  green: Chromaticity;
  blue: Chromaticity;
  white: Chromaticity;
  /** Of a pure power; null: the curve of sRGB. */
  gamma: number | null;
}

const d50: Vector = [0.9642, 1, 0.8249];
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

const xyzOf = ({ x, y }: Chromaticity): Vector => [x / y, 1, (1 - x - y) / y];
const times = (matrix: Matrix, [a, b, c]: Vector): Vector => matrix.map(([x, y, z]) => x * a + y * b + z * c) as Vector;
const columns = ([a, b, c]: Matrix): Matrix => [0, 1, 2].map((at) => [a[at], b[at], c[at]]) as Matrix;
const cross = ([a, b, c]: Vector, [x, y, z]: Vector): Vector => [b * z - c * y, c * x - a * z, a * y - b * x];

function inverse([a, b, c]: Matrix): Matrix {
  const adjugate: Matrix = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = a[0] * adjugate[0][0] + a[1] * adjugate[0][1] + a[2] * adjugate[0][2];
  return columns(adjugate.map((row) => row.map((value) => value / determinant)) as Matrix);
}

/** The three primaries as XYZ under D50, which is the white of profiles (Bradford adaptation, as ICC.1 Annex E wants it). */
function colorantsOf({ red, green, blue, white }: RgbSpace): Matrix {
  const primaries: Matrix = [xyzOf(red), xyzOf(green), xyzOf(blue)];
  const weights = times(inverse(columns(primaries)), xyzOf(white));
  const [from, to] = [times(bradford, xyzOf(white)), times(bradford, d50)];
  const back = inverse(bradford);
  return primaries.map((primary, at) => {
    const cone = times(bradford, primary.map((value) => value * (weights[at] ?? 0)) as Vector);
    return times(back, cone.map((value, n) => (value * (to[n] ?? 0)) / (from[n] ?? 1)) as Vector);
  }) as Matrix;
}

function numbers(type: string, values: number[]): Buffer {
  const bytes = Buffer.alloc(8 + values.length * 4);
  bytes.write(type, 'latin1');
  values.forEach((value, at) => bytes.writeInt32BE(Math.round(value * 65_536), 8 + at * 4));
  return bytes;
}

/** Of sRGB (IEC 61966-2-1), or a power: parametric curves of type 3 and 0. */
function curveOf(gamma: number | null): Buffer {
  const values = gamma === null ? [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045] : [gamma];
  const curve = numbers('para', [0, ...values]);
  curve.writeUInt16BE(gamma === null ? 3 : 0, 8);
  return curve;
}

function text(value: string): Buffer {
  const bytes = Buffer.alloc(28 + value.length * 2);
  bytes.write('mluc', 'latin1');
  [1, 12].forEach((number, at) => bytes.writeUInt32BE(number, 8 + at * 4));
  bytes.write('enUS', 16, 'latin1');
  bytes.writeUInt32BE(value.length * 2, 20);
  bytes.writeUInt32BE(28, 24);
  bytes.write(value, 28, 'utf16le');
  bytes.subarray(28).swap16();
  return bytes;
}

/** An ICC profile (version 4) of an RGB space that is told by its primaries. */
export function profileOf(space: RgbSpace): Buffer {
  const [red, green, blue] = colorantsOf(space);
  const curve = curveOf(space.gamma);
  const tags: [string, Buffer][] = [
    ['desc', text('RGB')],
    ['cprt', text('CC0')],
    ['wtpt', numbers('XYZ ', d50)],
    ['rXYZ', numbers('XYZ ', red)],
    ['gXYZ', numbers('XYZ ', green)],
    ['bXYZ', numbers('XYZ ', blue)],
    ...['rTRC', 'gTRC', 'bTRC'].map((name): [string, Buffer] => [name, curve]),
  ];
  const header = Buffer.alloc(128 + 4 + tags.length * 12);
  header.writeUInt32BE(tags.length, 128);
  const parts = [header];
  let at = header.length;
  tags.forEach(([name, bytes], index) => {
    header.write(name, 132 + index * 12, 'latin1');
    header.writeUInt32BE(at, 136 + index * 12);
    header.writeUInt32BE(bytes.length, 140 + index * 12);
    const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
    parts.push(padded);
    at += padded.length;
  });
  header.writeUInt32BE(at, 0);
  header.writeUInt32BE(0x0440_0000, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  d50.forEach((value, index) => header.writeInt32BE(Math.round(value * 65_536), 68 + index * 4));
  return Buffer.concat(parts);
}

const d65 = { x: 0.3127, y: 0.329 };
const chromaticity = (x: number, y: number): Chromaticity => ({ x, y });

/** Primaries by the numbers of ITU-T H.273, as far as pictures have them; 1 is sRGB's and needs no profile. */
const primaries: Record<number, Omit<RgbSpace, 'gamma'>> = {
  9: {
    red: chromaticity(0.708, 0.292),
    green: chromaticity(0.17, 0.797),
    blue: chromaticity(0.131, 0.046),
    white: d65,
  },
  11: {
    ...{ red: chromaticity(0.68, 0.32), green: chromaticity(0.265, 0.69), blue: chromaticity(0.15, 0.06) },
    white: chromaticity(0.314, 0.351),
  },
  12: { red: chromaticity(0.68, 0.32), green: chromaticity(0.265, 0.69), blue: chromaticity(0.15, 0.06), white: d65 },
};

/** Transfer curves of H.273 that are sRGB's or shown as if they were, and pure powers. Those of HDR are not here. */
const transfers: Record<number, number | null> = {
  1: null,
  2: null,
  4: 2.2,
  5: 2.8,
  6: null,
  13: null,
  14: null,
  15: null,
};

/** The profile of coded primaries and transfer, or null where they mean sRGB or cannot be told. */
export function codedProfile(primary: number, transfer: number): Buffer | null {
  const space = primaries[primary];
  const gamma = transfers[transfer];
  return space && gamma !== undefined ? profileOf({ ...space, gamma }) : null;
}
