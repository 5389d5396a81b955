import type { HttpContext } from '../context';

interface CookieOptions {
  /** Seconds; 0 takes the cookie away. Without it, the cookie ends with the browser. */
  maxAge?: number;
}

/**
 * Adds a cookie below our base path that no script reads, and that is sent over http too when the client came by http.
 * Attributes are spelled as Komga spells them, with Max-Age and Expires: some clients look for the very words.
 * The value is a token of ours, so nothing in it needs escaping.
 */
export function setCookie(ctx: HttpContext, name: string, value: string, { maxAge }: CookieOptions = {}): void {
  const attributes = [`${name}=${value}`, `Path=${ctx.state.basePath}/`];
  if (maxAge !== undefined) {
    attributes.push(
      `Max-Age=${maxAge}`,
      `Expires=${new Date(maxAge === 0 ? 0 : Date.now() + maxAge * 1000).toUTCString()}`,
    );
  }
  if (ctx.secure) attributes.push('Secure');
  if (maxAge !== 0) attributes.push('HttpOnly', 'SameSite=Lax');
  ctx.append('Set-Cookie', attributes.join('; '));
}
