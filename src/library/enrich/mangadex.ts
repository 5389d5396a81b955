import type { Config } from '../../base/config';
import { programVersion } from '../../base/version';
import type { Database } from '../../db/database';
import { createClient, type ClientOptions } from '../../metadata/mangadex/client';
import { createMangaDex, providerName } from '../../metadata/mangadex/provider';
import type { MetadataProvider } from '../../metadata/provider';
import { createGate, type GateOptions } from './gate';
import { createResponseStore } from './response-store';

export type MangaDexSettings = Config['mangadex'];

/** What tests make quicker. */
export type Tuning = Partial<GateOptions> & Pick<ClientOptions, 'backoff' | 'timeouts'>;

/**
 * Milliseconds between two requests to the API: never more than four within any second. MangaDex allows about five to
 * everything behind one address, of which a reader's phone wants some as well (mangadex.md §2).
 */
const apiInterval = 260;
/** Of pictures: another host, whose limit is not known. */
const uploadsInterval = 350;

export const gateNames = { api: providerName, uploads: `${providerName}-uploads` };

/** Says who we are, truthfully: name, version, what kind of program it is, and whom to write to if somebody said so. */
const userAgentOf = (contact: string | undefined): string =>
  `KireMisu/${programVersion} (${contact === undefined ? '' : `${contact}; `}self-hosted manga server; metadata of its own library)`;

/** MangaDex behind this database's gates and store. */
export function openMangaDex(
  db: Database,
  { apiUrl, uploadsUrl, contact }: Omit<MangaDexSettings, 'mode'>,
  { backoff, timeouts, ...gate }: Tuning = {},
): MetadataProvider {
  const store = createResponseStore(db);
  const shared = {
    ...{ provider: providerName, userAgent: userAgentOf(contact), store },
    ...(backoff === undefined ? {} : { backoff }),
    ...(timeouts === undefined ? {} : { timeouts }),
  };
  const api = createGate(db, gateNames.api, { interval: apiInterval, ...gate });
  // one host behind both addresses (a mirror, a cache) has one limit
  const isOneHost = apiUrl === uploadsUrl || new URL(apiUrl).host === new URL(uploadsUrl).host;
  const uploads = isOneHost ? api : createGate(db, gateNames.uploads, { interval: uploadsInterval, ...gate });
  return createMangaDex(
    createClient({ ...shared, baseUrl: apiUrl, gate: api }),
    createClient({ ...shared, baseUrl: uploadsUrl, gate: uploads }),
  );
}
