import { create } from 'xmlbuilder2';
import { addLine, openSearchNamespace } from './atom';
import { feedTypes, type Kind } from './media-types';
import { line } from './wording';

/** Address of search results with the literal `{searchTerms}`, and no other variable: KOReader leaves unknown ones in the address. */
export type SearchTemplate = `${string}{searchTerms}${string}`;

export interface SearchDescription {
  name: string;
  description: string;
  template: SearchTemplate;
  /** What the results really are. */
  kind: Kind;
}

const shortNameLimit = 16;
const descriptionLimit = 1024;

/** The OpenSearch 1.1 description, as XML. One `Url` only: foliate-js falls back to the first. Content-Type: `searchDescriptionType`. */
export function openSearchDescription(source: SearchDescription): string {
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele(openSearchNamespace, 'OpenSearchDescription');
  addLine(root, 'ShortName', line(source.name).slice(0, shortNameLimit));
  addLine(root, 'Description', line(source.description).slice(0, descriptionLimit));
  addLine(root, 'InputEncoding', 'UTF-8');
  addLine(root, 'OutputEncoding', 'UTF-8');
  root.ele('Url', { type: feedTypes[source.kind], template: source.template.replaceAll('&', '&amp;') });
  return `${root.doc().end({ prettyPrint: true, indent: ' ' })}\n`;
}
