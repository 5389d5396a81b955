/** Whether a document was prepared for Kobo readers: each sentence is a span with an id. */
export const isKepub = (text: string): boolean => /\bclass\s*=\s*(["'])(?:(?!\1).)*\bkoboSpan\b/.test(text);

const first = 'kobo.1.1';

/** The span at each of `positions` equal steps through a document; the one that is nearest to the step. */
export function koboSpansAt(text: string, positions: number): string[] {
  const spans = [...text.matchAll(/\bid\s*=\s*["'](kobo\.\d+\.\d+)["']/g)].map((match) => ({
    id: match[1] ?? first,
    at: match.index / Math.max(1, text.length),
  }));
  let near = 0;
  return Array.from({ length: positions }, (_, position) => {
    if (position === 0) return first;
    const progression = position / positions;
    const distance = (index: number) => Math.abs((spans[index]?.at ?? Infinity) - progression);
    while (distance(near + 1) <= distance(near) && near + 1 < spans.length) near++;
    return spans[near]?.id ?? first;
  });
}
