/**
 * A small reader for XML that other programs wrote into books: forgiving where nothing is lost by it (a bare `&`, control
 * characters, prefixes), strict about structure. It knows the five entities of XML and character references; a DOCTYPE is
 * skipped, so nothing is ever expanded, fetched or opened. One pass, time linear in the length of the text.
 */
export interface XmlElement {
  /** Local name: prefixes are dropped, case is kept. */
  name: string;
  /** By local name, without namespace declarations. */
  attributes: ReadonlyMap<string, string>;
  children: (XmlElement | string)[];
}

/** The longest real document we know has 14 kB; a test of others' has a summary of 960 kB. */
export const xmlLimits = { bytes: 4 * 1024 * 1024, depth: 64, elements: 20_000 };

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function resolveReference(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return entities[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code > 0x10ffff || isSurrogate ? whole : withoutControls(String.fromCodePoint(code));
}

/** Postgres cannot store NUL, and no reader shows the others. */
const withoutControls = (text: string) => text.replace(/[^\P{Cc}\t\n\r]/gu, '');

const unescape = (text: string) =>
  text.includes('&')
    ? text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/gu, resolveReference)
    : text;

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The byte order mark decides, then a `<` in two bytes, then UTF-8 if the bytes are that, then the declaration. */
function decodeByEvidence(bytes: Buffer): string | null {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return decode(bytes, 'utf-16le');
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return decode(bytes, 'utf-16be');
  const utf8 = decode(bytes, 'utf-8');
  if (utf8 !== null) return utf8;
  const declared = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/u.exec(bytes.toString('latin1', 0, 256));
  return declared?.[1] === undefined ? null : decode(bytes, declared[1]);
}

/** The text of a document, or null when the bytes are not what they claim to be. Line ends become `\n`. */
export function decodeXml(bytes: Buffer): string | null {
  if (bytes.length > xmlLimits.bytes) return null;
  const text = decodeByEvidence(bytes);
  return text === null ? null : withoutControls(text.replaceAll(/\r\n?/gu, '\n'));
}

/** Position after the DOCTYPE that begins at `from`, or -1. Quotes, comments and the internal subset are stepped over. */
function afterDoctype(text: string, from: number): number {
  const mark = /<!--|["'[\]>]/gu;
  mark.lastIndex = from;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const token = found[0];
    if (token === '[') depth++;
    if (token === ']') depth--;
    // Declarations of the internal subset end in `>` too: only the one outside of it ends the DOCTYPE.
    if (token === '>' && depth <= 0) return mark.lastIndex;
    if (token !== '"' && token !== "'" && token !== '<!--') continue;
    const closing = token === '<!--' ? '-->' : token;
    const end = text.indexOf(closing, mark.lastIndex);
    if (end < 0) return -1;
    mark.lastIndex = end + closing.length;
  }
  return -1;
}

const localName = (name: string) => name.slice(name.lastIndexOf(':') + 1);

interface Tag {
  name: string;
  attributes: ReadonlyMap<string, string>;
  isEmpty: boolean;
  end: number;
}

// Sticky and used with a position set just before: made once, because making them is most of the cost of a small tag.
const tagName = /[^\s<>/="'!?&]+/uy;
const attribute = /\s*([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/uy;
const tagEnd = /\s*(\/?)>/uy;

const noAttributes: ReadonlyMap<string, string> = new Map();

function execAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The start tag whose `<` stands at `from`; null when it is not one. */
function readStartTag(text: string, from: number): Tag | null {
  const name = execAt(tagName, text, from + 1);
  if (!name) return null;
  let at = tagName.lastIndex;
  const isPlain = text[at] === '>' || text.startsWith('/>', at);
  if (isPlain)
    return { name: name[0], attributes: noAttributes, isEmpty: text[at] === '/', end: text.indexOf('>', at) + 1 };
  const attributes = new Map<string, string>();
  for (let pair = execAt(attribute, text, at); pair; pair = execAt(attribute, text, at)) {
    at = attribute.lastIndex;
    const key = pair[1] ?? '';
    const isDeclaration = key === 'xmlns' || key.startsWith('xmlns:');
    if (!isDeclaration) attributes.set(localName(key), unescape(pair[2] ?? pair[3] ?? ''));
  }
  const end = execAt(tagEnd, text, at);
  return end && { name: name[0], attributes, isEmpty: end[1] === '/', end: tagEnd.lastIndex };
}

interface Open {
  rawName: string;
  element: XmlElement;
}

/** What is neither element nor text: [start, end, keeps its text]. */
const sections: [string, string, boolean][] = [
  ['<!--', '-->', false],
  ['<![CDATA[', ']]>', true],
  ['<?', '?>', false],
];

/** Steps over a comment, CDATA section, instruction or DOCTYPE at `at`. Undefined: there is none; -1: it never ends. */
function afterSection(text: string, at: number, parent: XmlElement | undefined): number | undefined {
  for (const [start, end, keeps] of sections) {
    if (!text.startsWith(start, at)) continue;
    const stop = text.indexOf(end, at + start.length);
    if (stop < 0) return -1;
    if (keeps) parent?.children.push(text.slice(at + start.length, stop));
    return stop + end.length;
  }
  return text.startsWith('<!', at) ? afterDoctype(text, at + 2) : undefined;
}

/** The root element of a document, or null when it is malformed or beyond the limits. What follows the root is ignored. */
export function parseXml(text: string): XmlElement | null {
  const open: Open[] = [];
  let count = 0;
  for (let at = 0; at < text.length;) {
    const parent = open.at(-1);
    const next = text.indexOf('<', at);
    if (next < 0) return null;
    const before = text.slice(at, next);
    if (parent) {
      if (before !== '') parent.element.children.push(unescape(before));
    } else if (before.trim() !== '') return null;

    const skipped = afterSection(text, next, parent?.element);
    if (skipped === -1) return null;
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    if (text.startsWith('</', next)) {
      const end = text.indexOf('>', next);
      if (!parent || end < 0 || text.slice(next + 2, end).trimEnd() !== parent.rawName) return null;
      open.pop();
      if (open.length === 0) return parent.element;
      at = end + 1;
      continue;
    }
    const tag = readStartTag(text, next);
    if (!tag || ++count > xmlLimits.elements || open.length >= xmlLimits.depth) return null;
    const element: XmlElement = { name: localName(tag.name), attributes: tag.attributes, children: [] };
    parent?.element.children.push(element);
    if (!tag.isEmpty) open.push({ rawName: tag.name, element });
    if (open.length === 0) return element;
    at = tag.end;
  }
  return null;
}

export const childElements = (element: XmlElement): XmlElement[] =>
  element.children.filter((child) => typeof child !== 'string');

/** The text directly inside an element, without that of its child elements. */
export const ownText = (element: XmlElement): string =>
  element.children.filter((child) => typeof child === 'string').join('');

/** All text below an element, in document order. */
export const allText = (element: XmlElement): string =>
  element.children.map((child) => (typeof child === 'string' ? child : allText(child))).join('');

/** All elements below an element with one of the local names, in document order. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
  return childElements(element).flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ]);
}
