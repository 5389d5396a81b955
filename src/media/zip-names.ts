/** The upper half of code page 437, in which the format says names are when nothing else is said. */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

export interface RawName {
  bytes: Buffer;
  /** General purpose bit 11. */
  utf8: boolean;
  /** Content of the Info-ZIP Unicode path field (0x7075), already checked against the CRC of `bytes`. */
  unicode: string | null;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const looseUtf8 = new TextDecoder('utf-8');

const isAscii = (bytes: Buffer) => bytes.every((byte) => byte < 0x80);

function decodeStrictly(decoder: typeof strictUtf8, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const decode437 = (bytes: Buffer) =>
  Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (upper437[byte - 0x80] ?? ''))).join('');

const candidates: { decode: (bytes: Buffer) => string | null; weigh: (text: string, bytes: Buffer) => number }[] = [
  candidate('shift_jis', (letter) => {
    if (/[\u3041-\u30fe\u3005]/u.test(letter)) return 3;
    if (/[\uff61-\uff9f]/u.test(letter)) return -1;
    return weighHan(letter);
  }),
  candidate('euc-kr', (letter) => (/[\uac00-\ud7a3]/u.test(letter) ? 2 : -1)),
  candidate('gbk', weighHan, rarePairs),
  candidate('ibm866', (letter) => {
    if (/[\u0430-\u044fё]/u.test(letter)) return 1;
    return /[\u0410-\u042fЁ]/u.test(letter) ? 0.5 : -2;
  }),
  { decode: decode437, weigh: (text) => weighAll(text, (letter) => (/[à-ÿÀ-ßŒœ]/u.test(letter) ? 0.8 : -2)) },
];

function candidate(encoding: string, weigh: (letter: string) => number, penalty: (bytes: Buffer) => number = () => 0) {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return {
    decode: (bytes: Buffer) => decodeStrictly(decoder, bytes),
    weigh: (text: string, bytes: Buffer) => weighAll(text, weigh) - penalty(bytes),
  };
}

/** Names in Chinese hardly leave the 7,000 characters of GB 2312; whatever else is decoded as GBK mostly does. */
function rarePairs(bytes: Buffer): number {
  let rare = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x81) continue;
    at++;
    if (lead < 0xa1 || (bytes[at] ?? 0) < 0xa1) rare += 2;
  }
  return rare;
}

/** Per letter, two bytes each: Han is what a wrong double-byte decoding gives too, so it counts little. */
function weighHan(letter: string): number {
  if (/[\u4e00-\u9fff]/u.test(letter)) return 1.6;
  return /[\u3000-\u303f\uff01-\uff5e]/u.test(letter) ? 1 : -2;
}

function weighAll(text: string, weigh: (letter: string) => number): number {
  let sum = 0;
  for (const letter of text) if (letter > '\u007f') sum += weigh(letter);
  // one accented letter inside a Western word looks like this when it is taken for the first of two bytes
  return sum - 3 * (text.match(/[\u0400-\u04ff\u4e00-\u9fff\uac00-\ud7a3][a-z]{2}/gu)?.length ?? 0);
}

/** The decoder that makes the most plausible text of all names of an archive together; one alone is often too short. */
function guess(names: Buffer[]): (bytes: Buffer) => string {
  const sample = Buffer.concat(names.slice(0, 500).flatMap((name) => [name, Buffer.from('\n')]));
  let best = decode437 as (bytes: Buffer) => string | null;
  let bestWeight = -Infinity;
  for (const { decode, weigh } of candidates) {
    const text = decode(sample);
    const weight = text === null ? -Infinity : weigh(text, sample);
    if (weight <= bestWeight) continue;
    best = decode;
    bestWeight = weight;
  }
  return (bytes) => best(bytes) ?? decode437(bytes);
}

/** Makes names that can be shown and stored: `/` as separator, and no NUL, which Postgres does not take in text. */
export const cleanName = (name: string) => name.replaceAll('\\', '/').replaceAll('\0', '\ufffd');

/**
 * Names as text. Nothing in the format tells an encoding without the UTF-8 flag, so: the Unicode field, else valid UTF-8
 * (what macOS writes without the flag), else the likeliest of the code pages that comic archives come in.
 */
export function decodeNames(names: RawName[]): string[] {
  const unknown: Buffer[] = [];
  const decoded = names.map((name) => {
    if (name.unicode !== null) return name.unicode;
    if (name.utf8) return looseUtf8.decode(name.bytes);
    if (isAscii(name.bytes)) return name.bytes.toString('latin1');
    const text = decodeStrictly(strictUtf8, name.bytes);
    if (text === null) unknown.push(name.bytes);
    return text;
  });
  if (unknown.length === 0) return decoded.map((name) => cleanName(name ?? ''));
  const decode = guess(unknown);
  return decoded.map((name, index) => cleanName(name ?? decode(names[index]?.bytes ?? Buffer.alloc(0))));
}
