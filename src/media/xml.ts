import { SaxesParser } from 'saxes';

export interface XmlEvents {
  /** Names without prefix: files use the prefixes as they like. */
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1);

/** Bytes of an XML document as text: by byte order mark, else by its declaration, else UTF-8. */
export function decodeXml(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const declared = /^[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/u.exec(bytes.toString('latin1', 0, 200))?.[1];
  try {
    return new TextDecoder(declared ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
}

/**
 * Goes through a document once and forgives what can be forgiven. Entities that a document declares are never
 * expanded and nothing is fetched: the parser knows the five of XML only, others stay as they are written.
 */
export function scanXml(text: string, events: XmlEvents): void {
  const parser = new SaxesParser();
  parser.on('error', () => undefined);
  parser.on('opentag', ({ name, attributes }) => {
    const plain = Object.entries(attributes).map(([key, value]): [string, string] => [localName(key), value]);
    events.open?.(localName(name), Object.fromEntries(plain));
  });
  parser.on('text', (value) => events.text?.(value));
  parser.on('closetag', ({ name }) => events.close?.(localName(name)));
  parser.write(text).close();
}
