import { attribute, type XmlElement, xmlTree } from './xml-tree';

const rel = 'http://vaemendis.net/opds-pse/stream';

/** The stream links of these documents, each as a document of its own; of those that differ in numbers only, one. */
export function pseLinksOf(documents: readonly string[]): string[] {
  const found = new Map<string, string>();
  const visit = (element: XmlElement) => {
    if (attribute(element, 'rel') === rel) {
      const attributes = element.attributes
        .map(({ name, value }) => `${name}="${value.replaceAll('&', '&amp;')}"`)
        .join(' ');
      const link = `<link xmlns="http://www.w3.org/2005/Atom" xmlns:pse="http://vaemendis.net/opds-pse/ns" ${attributes}/>`;
      found.set(attributes.replace(/[0-9A-Z]{26}|\d+/g, '#'), link);
    }
    element.children.forEach(visit);
  };
  for (const document of documents) {
    const { root } = xmlTree(document);
    if (root) visit(root);
  }
  return [...found.values()];
}
