import { createHash, randomBytes } from 'node:crypto';

/** 256 bits of chance, safe in cookies, headers and URLs. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is stored instead of a token. Tokens are long and random: a fast hash is enough. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Komga's form of an API key: 32 hexadecimal digits. KOReader un-escapes `%xx`, so there is no `%` in it. */
export const newApiKey = (): string => randomBytes(16).toString('hex');

/** Komga stores SHA-512; the same, so that keys survive an import. */
export const hashApiKey = (key: string): string => createHash('sha512').update(key).digest('hex');
