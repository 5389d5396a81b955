import { textOfHtml } from '../html';

/** Behind a rule stand links, other titles and notes, no description (mangadex.md §4.6). */
const trailer = /\n\s*(?:-{3,}|_{3,}|\*{3,})\s*(?:\n|$)/u;

/** Members that MangaDex writes and textOfHtml does not know by name. */
const hearts: Record<string, string> = {
  '&hearts;': '♥',
  '&star;': '☆',
  '&starf;': '★',
  '&sup2;': '²',
  '&eacute;': 'é',
};

/** Markdown → plain text: links by their words, no marks of emphasis, headings, quotes or lists. */
function plain(markdown: string): string {
  return markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/gu, '')
    .replace(/\[([^\]]*)\]\([^)\s]*(?:\s"[^"]*")?\)/gu, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|>)\s?/gmu, '')
    .replace(/^\s*[*+-]\s+/gmu, '• ')
    .replace(/(\*\*|__)(?=\S)([^\n]*?\S)\1/gu, '$2')
    .replace(/(?<![\p{L}\p{N}*_])([*_])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}*_])/gu, '$2')
    .replace(/~~(?=\S)([^\n]*?\S)~~/gu, '$1')
    .replace(/`([^`\n]*)`/gu, '$1')
    .replace(/\\([\\`*_{}[\]()#+\-.!~>|])/gu, '$1');
}

/** The description as it is stored: plain text in paragraphs, without the trailer. */
export function cleanDescription(markdown: string): string {
  const body = markdown.replace(/\r\n?/gu, '\n').split(trailer)[0] ?? '';
  const paragraphs = body.split(/\n\s*\n/u).map((paragraph) => {
    const known = paragraph.replace(/&\w+;/gu, (entity) => hearts[entity] ?? entity);
    // line by line: the reader of HTML takes a line break for a blank
    return plain(known)
      .split('\n')
      .map((line) => textOfHtml(line).replace(/ {2,}/gu, ' '))
      .join('\n')
      .trim();
  });
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}
