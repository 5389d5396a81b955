import { attribute, type XmlElement } from './xml-tree';

export const atomUri = 'http://www.w3.org/2005/Atom';
export const pseUri = 'http://vaemendis.net/opds-pse/ns';
export const openSearchUri = 'http://a9.com/-/spec/opensearch/1.1/';
export const dcUri = 'http://purl.org/dc/terms/';

export function childrenOf(element: XmlElement, local: string, uri = atomUri): XmlElement[] {
  return element.children.filter((child) => child.local === local && child.uri === uri);
}

/** Text of the first such child; empty when there is none. */
export function textOf(element: XmlElement, local: string, uri = atomUri): string {
  return childrenOf(element, local, uri)[0]?.text ?? '';
}

export function isAbsoluteIri(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:[^\s<>"{}|\\^`]+$/i.test(text);
}

/** RFC 3339 with zone and without fraction, and a date that exists. */
export function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Type of a link without parameters. */
export function mediaTypeOf(link: XmlElement): string {
  return (attribute(link, 'type') ?? '').split(';')[0]?.trim() ?? '';
}

/** What an OPDS link says it leads to; undefined for links that lead to no catalogue feed. */
export function kindOf(link: XmlElement | undefined): string | undefined {
  const type = link ? (attribute(link, 'type') ?? '') : '';
  return /^application\/atom\+xml;profile=opds-catalog;kind=(navigation|acquisition)$/.exec(type)?.[1];
}
