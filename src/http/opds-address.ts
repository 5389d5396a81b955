import { encodeSegment } from '../opds/wording';
import { absoluteUrl, type HttpContext } from './context';

/** Makes the absolute address of a path below one version of the catalogue. */
export type Address = (path: string) => string;

/**
 * Addresses as this client has to write them: with host, base path, and the personal key it came with. Absolute, because
 * Moon+ Reader and Chunky fail on relative ones (opds.md §1.10).
 */
export function opdsAddress(ctx: HttpContext, version: 'v1.2' | 'v2'): Address {
  const key = ctx.state.opdsKey === null ? '' : `/${ctx.state.opdsKey}`;
  const root = absoluteUrl(ctx, `/opds${key}/${version}`);
  return (path) => `${root}/${path}`;
}

export type Parameters = readonly (readonly [name: string, value: string])[];

/** A path with its query, in the order given; the same parameters always give the same address. */
export function withQuery(path: string, parameters: Parameters): string {
  const query = parameters.map(([name, value]) => `${name}=${encodeSegment(value)}`).join('&');
  return query === '' ? path : `${path}?${query}`;
}
