interface Wanted {
  type: string;
  quality: number;
}

function wantedTypes(accept: string): Wanted[] {
  return accept.split(',').map((entry) => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
  });
}

const isWild = (type: string): boolean => type.endsWith('/*');
const isPdfOrPicture = (type: string): boolean =>
  type === 'application/pdf' || type.startsWith('image/') || type === 'application/*' || type === '*/*';

/**
 * Whether `Accept` names PDF, and before every kind of picture: by quality, then concrete types before wild ones, then
 * their order (komga-rest.md §14.2). Unlike Komga a wildcard alone is no wish for a PDF: who sends it wants a picture.
 */
export function prefersPdf(accept: string): boolean {
  const wanted = wantedTypes(accept).filter(({ type, quality }) => quality > 0 && isPdfOrPicture(type));
  const [first] = wanted.sort((a, b) => b.quality - a.quality || Number(isWild(a.type)) - Number(isWild(b.type)));
  return first?.type === 'application/pdf';
}
