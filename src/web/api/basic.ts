/** The value of an Authorization header; names and passwords travel as UTF-8. */
export function basicCredentials(email: string, password: string): string {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

/**
 * Header values are bytes to a browser (ISO 8859-1): a text beyond ASCII cannot be sent as it is.
 * The claim operation takes e-mail and password as headers.
 */
export function fitsHeader(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
