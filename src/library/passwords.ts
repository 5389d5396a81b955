import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's minimum for scrypt with 32 MiB: about 0.2 s a check, once for each client (see authentication.ts). */
const cost = { N: 2 ** 15, r: 8, p: 3 };

interface Stored {
  N: number;
  r: number;
  p: number;
  salt: Buffer;
  hash: Buffer;
}

function derive(password: string, { N, r, p, salt }: Omit<Stored, 'hash'>): Promise<Buffer> {
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** `scrypt$N$r$p$salt$hash`: the cost stands beside the hash, so that it can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, { ...cost, salt });
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
}

function parse(stored: string): Stored | null {
  const [kind, N, r, p, salt, hash] = stored.split('$');
  if (kind !== 'scrypt' || salt === undefined || hash === undefined) return null;
  return {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

const nobody: Stored = { ...cost, salt: randomBytes(16), hash: randomBytes(32) };

/** Takes as long for an unknown user (`stored` null) as for a known one: the time tells nothing. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const parsed = (stored === null ? null : parse(stored)) ?? nobody;
  const hash = await derive(password, parsed);
  return timingSafeEqual(hash, parsed.hash);
}
