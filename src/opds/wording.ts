/** Everything XML 1.0 forbids, lone surrogates included: names of files and texts of ComicInfo hold such characters. */
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Text of several lines that any XML or JSON reader takes; line ends as `\n`, outer white space removed. */
export function paragraphs(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(forbidden, '').trim();
}

/** Text of one line: titles, names, attributes. */
export function line(text: string): string {
  return paragraphs(text).replace(/\s+/g, ' ');
}

/** A title may not be empty (KOReader and Panels drop such entries). */
export function titleOf(text: string): string {
  return line(text) || 'Untitled';
}

/** RFC 3339 in UTC without fraction: three clients cannot read one. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A year, a month or a day as Dublin Core takes it (`2008`, `2008-05`, `2008-05-12`); null for anything else. */
export function partialDate(text: string | null | undefined): string | null {
  const date = text ?? '';
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(date)) return null;
  const day = new Date(date);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? date : null;
}

/** An IRI with its scheme, as identifiers have to be; null for anything else. */
export function iri(text: string | null | undefined): string | null {
  const value = line(text ?? '');
  return /^[a-z][a-z\d+.-]*:[^\s<>"{}|\\^`]+$/i.test(value) ? value : null;
}

/** A language as BCP 47, well formed in the usual subset (language, script, region, variants); null for anything else. */
export function languageTag(text: string | null | undefined): string | null {
  const tag = (text ?? '').trim().replaceAll('_', '-');
  return /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*$/i.test(tag) ? tag : null;
}

/** Any text as one segment of a path, or as a value in a query. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
