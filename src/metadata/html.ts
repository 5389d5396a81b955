const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  copy: '©',
  reg: '®',
  trade: '™',
};

function resolveEntity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return named[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
  const isText = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isText ? String.fromCodePoint(code) : ' ';
}

/** Tags that end a line; all others vanish without a trace. */
const breaks = /^<\/?(?:p|div|br|li|ul|ol|tr|h[1-6]|blockquote|hr)(?![a-z\d])/iu;
const silent = /^<(script|style|template)(?![a-z\d])/iu;

/** Position after the tag or comment whose `<` stands at `from`; the end of the text when it never ends. */
function afterMarkup(html: string, from: number): number {
  const end = html.startsWith('<!--', from) ? '-->' : '>';
  const stop = html.indexOf(end, from);
  return stop < 0 ? html.length : stop + end.length;
}

/** Position of the end tag that ends a script or style: what lies between is no markup. */
function endOfSilent(html: string, name: string, from: number): number {
  const close = new RegExp(`</${name}`, 'giu');
  close.lastIndex = from;
  return close.exec(html)?.index ?? html.length;
}

/**
 * The text of an HTML fragment: no tags, no scripts or styles, entities resolved once and last, so that what was escaped
 * text stays text. The result is plain text and has to be escaped like any other.
 */
export function textOfHtml(html: string): string {
  const parts: string[] = [];
  const markup = /<(?=[a-z/!?])/giu;
  let at = 0;
  for (let found = markup.exec(html); found; found = markup.exec(html)) {
    parts.push(html.slice(at, found.index).replace(/\s+/gu, ' '));
    const head = html.slice(found.index, found.index + 16);
    if (breaks.test(head)) parts.push('\n');
    const name = silent.exec(head)?.[1];
    at = afterMarkup(html, found.index);
    if (name !== undefined) at = endOfSilent(html, name, at);
    markup.lastIndex = at;
  }
  parts.push(html.slice(at).replace(/\s+/gu, ' '));
  const lines = parts
    .join('')
    .replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,6}));/gu, resolveEntity)
    .split('\n')
    .map((line) => line.trim());
  return lines.filter((line) => line !== '').join('\n');
}
