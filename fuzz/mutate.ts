/** A stream of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Mutation = (bytes: Buffer, random: () => number) => Buffer;

const below = (random: () => number, limit: number) => Math.floor(random() * limit);

/** Numbers at which sizes, counts and offsets go wrong. */
const sizes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** Near the start and the end of a file lie its headers: half of all changes are made there. */
function place(bytes: Buffer, random: () => number): number {
  const near = Math.min(bytes.length, 512);
  const kind = random();
  if (kind < 0.25) return below(random, near);
  if (kind < 0.5) return bytes.length - 1 - below(random, near);
  return below(random, bytes.length);
}

const mutations: Mutation[] = [
  function flipBits(bytes, random) {
    for (let n = 1 + below(random, 8); n > 0; n--) {
      const at = place(bytes, random);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
    }
    return bytes;
  },
  function replaceBytes(bytes, random) {
    for (let n = 1 + below(random, 32); n > 0; n--) bytes[place(bytes, random)] = below(random, 256);
    return bytes;
  },
  function setNumber(bytes, random) {
    const at = Math.min(place(bytes, random), bytes.length - 4);
    const value = sizes[below(random, sizes.length)] ?? 0;
    if (at >= 0) void (random() < 0.5 ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at));
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  (bytes, random) => bytes.subarray(below(random, Math.min(bytes.length, 4096))),
  function repeatRun(bytes, random) {
    const from = place(bytes, random);
    const run = bytes.subarray(from, from + 1 + below(random, 2048));
    const at = place(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), run, bytes.subarray(at)]);
  },
  function cutRun(bytes, random) {
    const at = place(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 2048))]);
  },
  function zeroRun(bytes, random) {
    const at = place(bytes, random);
    return bytes.fill(0, at, Math.min(bytes.length, at + 1 + below(random, 512)));
  },
];

/** The bytes with one to four changes, always the same for a seed. */
export function mutate(original: Buffer, seed: number): Buffer {
  const random = randomFrom(seed);
  let bytes: Buffer = Buffer.from(original);
  for (let n = 1 + below(random, 4); n > 0 && bytes.length > 0; n--) {
    const mutation = mutations[below(random, mutations.length)];
    if (mutation) bytes = mutation(bytes, random);
  }
  return bytes;
}
