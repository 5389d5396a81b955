import { authenticationDocument, type AuthenticationDocument } from '../../opds/authentication';
import { authenticationType } from '../../opds/media-types';
import { absoluteUrl, type HttpContext } from '../context';
import { sendText } from '../reply';
import { route, type Route } from '../route';

/** How to log in: the answer to everybody who did not, and a document that can be read before. */
export function authenticationOf(ctx: HttpContext): AuthenticationDocument {
  return authenticationDocument({
    // without the key of a keyed address: the document is public
    id: absoluteUrl(ctx, '/opds/v2/auth'),
    title: 'KireMisu',
    description: 'Enter your e-mail address and password to authenticate.',
    // of the web UI's files, which need no login
    logo: { href: absoluteUrl(ctx, '/logo.png'), type: 'image/png' },
    labels: { login: 'E-mail', password: 'Password' },
  });
}

export const authenticationRoute = (): Route =>
  route({
    method: 'get',
    path: '/opds/v2/auth',
    id: 'opds2Authentication',
    tag: 'OPDS 2.0',
    summary: 'How to log in (Authentication for OPDS 1.0)',
    access: 'public',
    reply: 'bytes',
    produces: [authenticationType],
    handler: ({ ctx }) => sendText(ctx, authenticationType, JSON.stringify(authenticationOf(ctx))),
  });
