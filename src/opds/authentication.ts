import { authenticationType } from './media-types';
import { line } from './wording';

/** Where the server can be read about and what it looks like; all readable without login. */
export interface AuthenticationSource {
  /** Absolute address at which this very document is served without login. */
  id: string;
  title: string;
  description?: string;
  logo?: { href: string; type: string };
  help?: string;
  labels: { login: string; password: string };
}

export interface AuthenticationDocument {
  id: string;
  title: string;
  description?: string;
  links?: { rel: string; href: string; type: string }[];
  authentication: { type: string; labels: { login: string; password: string } }[];
}

/** The document of Authentication for OPDS 1.0 with the one flow every reader knows. Content-Type: `authenticationType`. */
export function authenticationDocument(source: AuthenticationSource): AuthenticationDocument {
  // Stump refuses the whole answer when the id is relative
  if (!URL.canParse(source.id)) throw new RangeError('The id of the authentication document is its absolute address');
  const links = [
    ...(source.logo ? [{ rel: 'logo', ...source.logo }] : []),
    ...(source.help ? [{ rel: 'help', href: source.help, type: 'text/html' }] : []),
  ];
  return {
    id: source.id,
    title: line(source.title),
    ...(source.description ? { description: line(source.description) } : {}),
    ...(links.length > 0 ? { links } : {}),
    authentication: [{ type: 'http://opds-spec.org/auth/basic', labels: source.labels }],
  };
}

/** Headers of every 401 below `/opds`: without the challenge Panels and Moon+ Reader never ask for a password (opds.md §1.2). */
export function challengeHeaders(id: string, realm: string): { 'WWW-Authenticate': string; Link: string } {
  const quoted = line(realm).replace(/[^ -~]|["\\]/g, '');
  return {
    'WWW-Authenticate': `Basic realm="${quoted}", charset="UTF-8"`,
    Link: `<${id}>; rel="http://opds-spec.org/auth/document"; type="${authenticationType}"`,
  };
}
