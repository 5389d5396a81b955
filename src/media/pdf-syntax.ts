/** The objects of PDF, as far as finding pages and their pictures needs them. Strings are bytes, names are `{ name }`. */
export type PdfValue = null | boolean | number | Buffer | { name: string } | { ref: number } | PdfValue[] | PdfDict;
export type PdfDict = Map<string, PdfValue>;

/** The bytes end inside an object: there may be more in the file. */
export class PdfEnd extends Error {}
/** Not PDF. */
export class PdfSyntaxError extends Error {}

const maxDepth = 64;
const isSpace = (byte: number | undefined) =>
  byte !== undefined && (byte === 32 || (byte >= 9 && byte <= 13) || byte === 0);
const isDelimiter = (byte: number | undefined) =>
  byte !== undefined && '()<>[]{}/%'.includes(String.fromCharCode(byte));
const isRegular = (byte: number | undefined) => byte !== undefined && !isSpace(byte) && !isDelimiter(byte);

export const isName = (value: PdfValue | undefined, name?: string): value is { name: string } =>
  typeof value === 'object' && value !== null && 'name' in value && (name === undefined || value.name === name);
export const isRef = (value: PdfValue | undefined): value is { ref: number } =>
  typeof value === 'object' && value !== null && 'ref' in value;
export const isDict = (value: PdfValue | undefined): value is PdfDict => value instanceof Map;

/** Reads objects and operators one after the other. */
export class PdfLexer {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
  ) {}

  skipSpace(): void {
    for (;;) {
      while (isSpace(this.bytes[this.at])) this.at++;
      if (this.bytes[this.at] !== 0x25) return; // a comment runs to the end of the line
      while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at++;
    }
  }

  get atEnd(): boolean {
    this.skipSpace();
    return this.at >= this.bytes.length;
  }

  /** The run of regular characters here: a number, a keyword, an operator. */
  word(): string {
    this.skipSpace();
    const start = this.at;
    while (isRegular(this.bytes[this.at])) this.at++;
    return this.bytes.toString('latin1', start, this.at);
  }

  /** The next object; an operator or keyword comes as `{ word }`. */
  token(depth = 0): PdfValue | { word: string } {
    this.skipSpace();
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new PdfEnd();
    if (depth > maxDepth) throw new PdfSyntaxError('too deep');
    if (byte === 0x2f) return this.nameToken();
    if (byte === 0x28) return this.stringToken();
    if (byte === 0x5b) return this.arrayToken(depth);
    if (byte === 0x3c) return this.bytes[this.at + 1] === 0x3c ? this.dictToken(depth) : this.hexToken();
    const word = this.word();
    if (word === '') throw new PdfSyntaxError('unexpected delimiter');
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/u.test(word)) return this.numberToken(word);
    const constant = ({ true: true, false: false, null: null } as const)[word as 'true'];
    return constant === undefined ? { word } : constant;
  }

  value(depth = 0): PdfValue {
    const token = this.token(depth);
    if (typeof token === 'object' && token !== null && 'word' in token) throw new PdfSyntaxError(token.word);
    return token;
  }

  /** A number, or a reference when `generation R` follows. */
  private numberToken(word: string): PdfValue {
    const reference =
      /^\d+$/u.test(word) && /^\s+\d+\s+R(?![\w])/u.exec(this.bytes.toString('latin1', this.at, this.at + 24));
    if (!reference) return Number(word);
    this.at += reference[0].length;
    return { ref: Number(word) };
  }

  private nameToken(): PdfValue {
    this.at++;
    const start = this.at;
    while (isRegular(this.bytes[this.at])) this.at++;
    const raw = this.bytes.toString('latin1', start, this.at);
    return { name: raw.replace(/#([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) };
  }

  private stringToken(): PdfValue {
    const start = ++this.at;
    for (let depth = 1; depth > 0; this.at++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new PdfEnd();
      if (byte === 0x5c) this.at++;
      if (byte === 0x28) depth++;
      if (byte === 0x29) depth--;
    }
    return this.bytes.subarray(start, this.at - 1);
  }

  private hexToken(): PdfValue {
    const end = this.bytes.indexOf(0x3e, this.at);
    if (end < 0) throw new PdfEnd();
    const hex = this.bytes.toString('latin1', this.at + 1, end).replace(/\s+/gu, '');
    this.at = end + 1;
    return Buffer.from(hex, 'hex');
  }

  private arrayToken(depth: number): PdfValue {
    this.at++;
    const values: PdfValue[] = [];
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.at] === 0x5d) break;
      values.push(this.value(depth + 1));
    }
    this.at++;
    return values;
  }

  private dictToken(depth: number): PdfValue {
    this.at += 2;
    const dict: PdfDict = new Map();
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.at] === 0x3e && this.bytes[this.at + 1] === 0x3e) break;
      const key = this.value(depth + 1);
      if (!isName(key)) throw new PdfSyntaxError('a key is no name');
      dict.set(key.name, this.value(depth + 1));
    }
    this.at += 2;
    return dict;
  }
}
