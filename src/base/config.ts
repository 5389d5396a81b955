import { readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** A library to add at start if it is missing. */
export interface LibrarySeed {
  name: string;
  root: string;
}

export interface Config {
  host: string;
  port: number;
  /** Absolute. Holds the embedded database and the page cache. */
  dataDir: string;
  /** Null: the embedded database. */
  databaseUrl: string | null;
  /** Milliseconds until a statement of a request is given up; 0: never. Background work has no such limit. */
  statementTimeout: number;
  /** Whether the database may be asked to keep statements prepared. */
  preparedStatements: boolean;
  libraries: LibrarySeed[];
  /** The first administrator, created when there is no user yet. */
  admin: { email: string; password: string } | null;
  /** Worker threads for background work. */
  workers: number;
  /** Room on disk for pages that are costly to make: unpacked, rendered, converted. */
  pageCacheBytes: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Where the log goes beside standard output; administrators can read it there over HTTP. */
  logFile: string | null;
  /** `''` or `/path` without final slash. */
  basePath: string;
  /** Believe `X-Forwarded-*` (the server stands behind a reverse proxy). */
  trustProxy: boolean;
  /** Origins (`https://host:port`) whose pages may use the API in a browser. */
  corsOrigins: string[];
  mangadex: { mode: 'auto' | 'review' | 'off'; apiUrl: string; uploadsUrl: string; contact?: string };
}

/** Thrown with every fault at once, so that a person mends the configuration in one go. */
export class InvalidConfig extends Error {
  constructor(readonly faults: string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'InvalidConfig';
  }
}

/** The platform's folder for a program's data. Root has no home that Postgres' own account could enter: /var/lib. */
export function defaultDataDir(env: NodeJS.ProcessEnv, platform = process.platform, uid = process.getuid?.()): string {
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local'), 'KireMisu');
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'KireMisu');
  if (uid === 0) return '/var/lib/kiremisu';
  return path.join(env['XDG_DATA_HOME'] ?? path.join(homedir(), '.local', 'share'), 'kiremisu');
}

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'must be true or false')
  .transform((text) => ['true', '1', 'yes', 'on'].includes(text));

const url = (protocols: RegExp, example: string) =>
  z
    .url({ protocol: protocols, error: `must be a URL such as ${example}` })
    .transform((text) => text.replace(/\/+$/, ''));

const libraryList = z.string().transform((text, context): LibrarySeed[] =>
  text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      const at = part.indexOf('=');
      const name = part.slice(0, at).trim();
      const root = part.slice(at + 1).trim();
      if (at > 0 && name !== '' && path.isAbsolute(root)) return [{ name, root: path.resolve(root) }];
      context.addIssue({ code: 'custom', message: `"${part}" is not of the form Name=/absolute/path` });
      return [];
    }),
);

const originList = z.string().transform((text, context): string[] =>
  text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .flatMap((part) => {
      // `null` is the origin of any sandboxed page
      const origin = URL.canParse(part) ? new URL(part).origin : 'null';
      if (origin !== 'null' && /^https?:/.test(origin)) return [origin];
      context.addIssue({ code: 'custom', message: `"${part}" is not an origin such as https://comics.example.org` });
      return [];
    }),
);

const variables = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number('must be a port number').int().min(0).max(65535).default(25600),
  DATA_DIR: z.string().optional(),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host/database').optional(),
  STATEMENT_TIMEOUT: z.coerce.number('must be a number of seconds').min(0).max(86_400).default(30),
  PREPARED_STATEMENTS: flag.default(true),
  LIBRARIES: libraryList.default([]),
  ADMIN_EMAIL: z
    .string()
    .regex(/.+@.+\..+/, 'must be an e-mail address')
    .optional(),
  ADMIN_PASSWORD: z.string().optional(),
  WORKERS: z.coerce.number('must be a number').int().min(1).max(64).optional(),
  PAGE_CACHE_MB: z.coerce.number('must be a number').int().min(64).max(1_000_000).default(1024),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LOG_FILE: z
    .string()
    .refine((file) => path.isAbsolute(file), 'must be an absolute path')
    .optional(),
  BASE_PATH: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, 'must be a path such as /comics')
    .default('')
    .transform((text) => text.replace(/\/+$/, '')),
  TRUST_PROXY: flag.default(false),
  CORS_ORIGINS: originList.default([]),
  MANGADEX: z.enum(['auto', 'review', 'off'], 'must be auto, review or off').default('auto'),
  MANGADEX_API_URL: url(/^https?$/, 'https://api.mangadex.org').default('https://api.mangadex.org'),
  MANGADEX_UPLOADS_URL: url(/^https?$/, 'https://uploads.mangadex.org').default('https://uploads.mangadex.org'),
  // it becomes a part of a header
  MANGADEX_CONTACT: z
    .string()
    .regex(/^[\w@:/.+~%?=&-]{1,200}$/, 'must be an address: of a page or for e-mail')
    .optional(),
});

/** May also be read from a file named by NAME_FILE, as container platforms hand out secrets. */
const secrets = ['DATABASE_URL', 'ADMIN_EMAIL', 'ADMIN_PASSWORD'] as const;

/** Empty means "not set": a line `PORT=` in an env file is no fault. */
function setVariables(env: NodeJS.ProcessEnv, faults: string[]): Record<string, string> {
  const known = Object.keys(variables.shape).flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const values: Record<string, string> = Object.fromEntries(known);
  for (const name of secrets) {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (values[name] !== undefined) faults.push(`${name}: set it or ${name}_FILE, not both`);
    try {
      values[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      faults.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return values;
}

/** Folders given on the command line become libraries named after them. */
function folderArguments(args: string[], faults: string[]): LibrarySeed[] {
  return args.flatMap((argument) => {
    if (argument.startsWith('-')) {
      faults.push(`${argument}: unknown option; arguments are folders to add as libraries`);
      return [];
    }
    const root = path.resolve(argument);
    return [{ name: path.basename(root) || root, root }];
  });
}

/** The only reader of the environment. Throws InvalidConfig with all faults. */
export function readConfig(env: NodeJS.ProcessEnv, args: string[]): Config {
  const faults: string[] = [];
  const values = setVariables(env, faults);
  const folders = folderArguments(args, faults);
  const parsed = variables.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) faults.push(`${issue.path.join('.')}: ${issue.message}`);
  if ((values['ADMIN_EMAIL'] === undefined) !== (values['ADMIN_PASSWORD'] === undefined)) {
    faults.push('ADMIN_EMAIL and ADMIN_PASSWORD: set both or neither');
  }
  if (!parsed.success || faults.length > 0) throw new InvalidConfig(faults);
  const set = parsed.data;
  return Object.freeze({
    host: set.HOST,
    port: set.PORT,
    dataDir: path.resolve(set.DATA_DIR ?? defaultDataDir(env)),
    databaseUrl: set.DATABASE_URL ?? null,
    statementTimeout: Math.round(set.STATEMENT_TIMEOUT * 1000),
    preparedStatements: set.PREPARED_STATEMENTS,
    libraries: [...set.LIBRARIES, ...folders],
    admin: set.ADMIN_EMAIL && set.ADMIN_PASSWORD ? { email: set.ADMIN_EMAIL, password: set.ADMIN_PASSWORD } : null,
    pageCacheBytes: set.PAGE_CACHE_MB * 1024 * 1024,
    workers: set.WORKERS ?? Math.max(1, availableParallelism() - 1),
    logLevel: set.LOG_LEVEL,
    logFile: set.LOG_FILE ?? null,
    basePath: set.BASE_PATH,
    trustProxy: set.TRUST_PROXY,
    corsOrigins: set.CORS_ORIGINS,
    mangadex: {
      ...{ mode: set.MANGADEX, apiUrl: set.MANGADEX_API_URL, uploadsUrl: set.MANGADEX_UPLOADS_URL },
      ...(set.MANGADEX_CONTACT === undefined ? {} : { contact: set.MANGADEX_CONTACT }),
    },
  });
}

/** The effective configuration for the log: without secrets. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    databaseUrl: config.databaseUrl === null ? 'embedded' : config.databaseUrl.replace(/\/\/[^@/]*@/, '//[hidden]@'),
    admin: config.admin === null ? null : { email: config.admin.email, password: '[hidden]' },
  };
}
