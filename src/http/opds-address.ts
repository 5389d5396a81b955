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

/** The address of a page of the web UI, by an address of the catalogue. Browsers have a login of their own: it carries no key. */
export const webPage = (at: Address, path: string): string => at('').replace(/\/opds\/(?:[\w-]+\/)?v[\d.]+\/$/u, path);

/** What an app sends without the key that it came with: keys are kept nowhere as they are. */
export const withoutKey = ({ state: { opdsKey } }: HttpContext, text: string): string =>
  opdsKey === null ? text : text.replaceAll(`/opds/${opdsKey}/`, '/opds/');

const ours = /^https?:\/\/[^?#]*?\/opds\/(?:[\w-]{20,64}\/)?(v1\.2|v2)\/(.*)$/su;

/** An address of ours as this client has to write it: another app may have kept it with another host, or without a key. */
export function readdressed(ctx: HttpContext, href: string): string {
  const [, version, path] = ours.exec(href) ?? [];
  return (version === 'v1.2' || version === 'v2') && path !== undefined ? opdsAddress(ctx, version)(path) : href;
}

export type Parameters = readonly (readonly [name: string, value: string])[];

/** A path with its query, in the order given; the same parameters always give the same address. */
export function withQuery(path: string, parameters: Parameters): string {
  const query = parameters.map(([name, value]) => `${name}=${encodeSegment(value)}`).join('&');
  return query === '' ? path : `${path}?${query}`;
}
