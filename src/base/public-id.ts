import { randomFillSync } from 'node:crypto';

/**
 * Ids inside are uuids (version 7). Outside they are written in Crockford base 32 without hyphens, since a client
 * (Aidoku) splits ids on them: 26 characters, the text form of a ULID of the same 128 bits. A row that was imported
 * from a Komga server keeps its 13-character id (64 bits) there: such an id lives in a uuid whose upper half is the
 * reserved prefix below, which no version-7 uuid can have.
 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const values = new Map([...alphabet].map((letter, value) => [letter, BigInt(value)]));
const komgaPrefix = 0x4b6f6d67_61008000n; // 'Komga', then version 8: for our own use

/** The last millisecond for which this process made an id, and how many before that one. */
let latest = { millisecond: 0, count: 0 };

function nextPlace(now: number): typeof latest {
  if (now > latest.millisecond) return { millisecond: now, count: 0 };
  const { millisecond, count } = latest;
  return count < 0xfff ? { millisecond, count: count + 1 } : { millisecond: millisecond + 1, count: 0 };
}

/** Chance for 64 ids at a time: asking for it costs more than all the rest of an id. */
const chance = { bytes: Buffer.alloc(64 * 8), used: 64 * 8 };

function nextChance(): Buffer {
  if (chance.used === chance.bytes.length) {
    randomFillSync(chance.bytes);
    chance.used = 0;
  }
  const bytes = chance.bytes.subarray(chance.used, chance.used + 8);
  chance.used += 8;
  return bytes;
}

/**
 * A new uuid, version 7: 48 bits of milliseconds, 12 that count within one (RFC 9562 §6.2), then chance. Lists sorted by
 * it are sorted by age, also when a scan makes a thousand rows in the same millisecond.
 */
export function newId(): string {
  latest = nextPlace(Date.now());
  const bytes = nextChance();
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
  const time = latest.millisecond.toString(16).padStart(12, '0');
  const rest = bytes.toString('hex');
  const count = (0x7000 | latest.count).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

function toUuid(value: bigint): string {
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function encode(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest >>= 5n) text = (alphabet[Number(rest & 31n)] ?? '') + text;
  return text;
}

function decode(text: string): bigint | null {
  let value = 0n;
  for (const letter of text) {
    const digit = values.get(letter);
    if (digit === undefined) return null;
    value = (value << 5n) | digit;
  }
  return value;
}

/** uuid → the id that clients see. */
export function publicId(uuid: string): string {
  const value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  if (value >> 64n === komgaPrefix) return encode(value & 0xffff_ffff_ffff_ffffn, 13);
  return encode(value, 26);
}

/** The id that a client sent → uuid; null for text that is no id (unknown ids simply do not match). */
export function uuidOf(id: string): string | null {
  if (id.length !== 26 && id.length !== 13) return null;
  const value = decode(id);
  if (value === null) return null;
  if (id.length === 26) return value >> 128n === 0n ? toUuid(value) : null;
  return value >> 64n === 0n ? toUuid((komgaPrefix << 64n) | value) : null;
}
