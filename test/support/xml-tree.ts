import { SaxesParser } from 'saxes';

export interface XmlAttribute {
  name: string;
  uri: string;
  value: string;
}

export interface XmlElement {
  name: string;
  local: string;
  prefix: string;
  uri: string;
  attributes: XmlAttribute[];
  children: XmlElement[];
  text: string;
}

export interface XmlTree {
  root: XmlElement | null;
  /** Why the text is no document we would send: not well-formed, unbound prefixes, DOCTYPE, processing instructions. */
  faults: string[];
}

/** Reads a document with namespaces, as strictly as the strictest reader. */
export function xmlTree(text: string): XmlTree {
  const tree: XmlTree = { root: null, faults: [] };
  const open: XmlElement[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => tree.faults.push(`not well-formed: ${error.message}`));
  parser.on('doctype', () => tree.faults.push('has a DOCTYPE'));
  parser.on('processinginstruction', () => tree.faults.push('has a processing instruction'));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') tree.faults.push(`says encoding ${encoding}`);
  });
  parser.on('opentag', ({ name, local, prefix, uri, attributes }) => {
    const list = Object.values(attributes).map((attribute) => ({
      name: attribute.name,
      uri: attribute.uri,
      value: attribute.value,
    }));
    const element = { name, local, prefix, uri, attributes: list, children: [], text: '' };
    open.at(-1)?.children.push(element);
    tree.root ??= element;
    open.push(element);
  });
  parser.on('text', (value) => {
    const element = open.at(-1);
    if (element) element.text += value;
  });
  parser.on('closetag', () => open.pop());
  parser.write(text).close();
  return tree;
}

/** Value of an attribute by its name as written (with prefix). */
export function attribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((candidate) => candidate.name === name)?.value;
}
