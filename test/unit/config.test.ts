import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultDataDir, InvalidConfig, maskedConfig, readConfig } from '../../src/base/config';

const faultsOf = (env: Record<string, string>, args: string[] = []): string[] => {
  try {
    readConfig(env, args);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.faults;
    throw error;
  }
  return [];
};

test('an empty environment gives a working configuration on port 25600 with the embedded database', () => {
  const config = readConfig({}, []);
  expect(config).toMatchObject({ port: 25600, databaseUrl: null, libraries: [], basePath: '', trustProxy: false });
  expect(path.isAbsolute(config.dataDir)).toBe(true);
});

test('origins are taken without their paths, and what is none is a fault', () => {
  const { corsOrigins } = readConfig({ CORS_ORIGINS: 'https://a.example.org/reader, http://localhost:3000' }, []);
  expect(corsOrigins).toEqual(['https://a.example.org', 'http://localhost:3000']);
  for (const text of ['*', 'null', 'ftp://a.example.org']) expect(faultsOf({ CORS_ORIGINS: text }, [])).toHaveLength(1);
});

test('all faults are told at once', () => {
  const faults = faultsOf(
    { PORT: 'many', LOG_LEVEL: 'loud', LIBRARIES: 'Comics', MANGADEX: 'maybe', ADMIN_EMAIL: 'nobody' },
    ['--verbose'],
  );
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
    '--verbose',
    'ADMIN_EMAIL',
    'ADMIN_EMAIL and ADMIN_PASSWORD',
    'LIBRARIES',
    'LOG_LEVEL',
    'MANGADEX',
    'PORT',
  ]);
});

test('LIBRARIES holds names and absolute paths; folders on the command line are added by their own name', () => {
  const config = readConfig({ LIBRARIES: 'Comics=/data/comics; Manga=/data/manga;' }, ['/srv/More Books/']);
  expect(config.libraries).toEqual([
    { name: 'Comics', root: '/data/comics' },
    { name: 'Manga', root: '/data/manga' },
    { name: 'More Books', root: '/srv/More Books' },
  ]);
});

test('a secret may come from a file, without its final line break', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'config-')), 'password');
  writeFileSync(file, 'secret word\n');
  const config = readConfig({ ADMIN_EMAIL: 'a@example.org', ADMIN_PASSWORD_FILE: file }, []);
  expect(config.admin).toEqual({ email: 'a@example.org', password: 'secret word' });
});

test('a secret that is set twice, or whose file is missing, is a fault', () => {
  expect(faultsOf({ DATABASE_URL: 'postgres://db/x', DATABASE_URL_FILE: '/nowhere' })).toEqual([
    'DATABASE_URL: set it or DATABASE_URL_FILE, not both',
    'DATABASE_URL_FILE: the file cannot be read',
  ]);
});

test('the base path loses its final slash', () => {
  expect(readConfig({ BASE_PATH: '/comics/' }, []).basePath).toBe('/comics');
  expect(faultsOf({ BASE_PATH: 'comics' })).toHaveLength(1);
});

test('an empty variable counts as not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '' }, [])).toMatchObject({ port: 25600, databaseUrl: null });
});

test('the log shows no password', () => {
  const config = readConfig(
    { DATABASE_URL: 'postgres://u:hush@db/x', ADMIN_EMAIL: 'a@b.c', ADMIN_PASSWORD: 'hush' },
    [],
  );
  expect(JSON.stringify(maskedConfig(config))).not.toContain('hush');
});

test('data goes where the platform keeps it', () => {
  expect(defaultDataDir({ XDG_DATA_HOME: '/x' }, 'linux', 1000)).toBe(path.join('/x', 'kiremisu'));
  expect(defaultDataDir({}, 'linux', 0)).toBe('/var/lib/kiremisu');
  expect(defaultDataDir({ LOCALAPPDATA: 'C:\\L' }, 'win32', undefined)).toContain('KireMisu');
});
