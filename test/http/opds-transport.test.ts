import { publicId } from '../../src/base/public-id';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { basic } from '../support/crawler';
import { rawRequest, type RawAnswer } from '../support/raw-http';

const catalogue = useCatalogue();
const { app } = catalogue;

const raw = (lines: string[]) => rawRequest(app.base, lines);
const login = `Authorization: ${basic(adminLogin)}`;
const old = (path: string, method = 'GET', ...headers: string[]) =>
  raw([`${method} ${path} HTTP/1.0`, login, ...headers]);
const idOf = async (name: string) => publicId((await catalogue.book(name)).id);

describe('a client of HTTP/1.0, without Host', () => {
  const everything = async () => {
    const id = await idOf('all jpeg');
    return [
      '/opds/v1.2/catalog',
      '/opds/v1.2/books?size=100',
      '/opds/v1.2/search',
      '/opds/v2/catalog',
      `/opds/v1.2/books/${id}`,
      `/opds/v1.2/books/${id}/pages/0?maxWidth=20`,
      `/opds/v1.2/books/${id}/pages/0`,
      `/opds/v1.2/books/${id}/thumbnail/small`,
      `/opds/v1.2/books/${id}/file/book.cbz`,
      `/opds/v2/books/${id}/manifest/divina`,
    ];
  };

  test('gets everything whole with its length, in no chunks, and then the end of the connection', async () => {
    for (const path of await everything()) {
      const { status, headers, body } = await old(path);
      expect([path, status]).toEqual([path, 'HTTP/1.1 200 OK']);
      expect([path, headers.get('transfer-encoding')]).toEqual([path, undefined]);
      expect([path, headers.get('content-encoding')]).toEqual([path, undefined]);
      expect([path, headers.get('connection')]).toEqual([path, 'close']);
      expect([path, headers.get('content-length')]).toEqual([path, String(body.length)]);
      expect(body.length).toBeGreaterThan(0);
    }
  });

  test('HEAD has the status, type and length of GET, and no body', async () => {
    for (const path of await everything()) {
      const [get, head] = [await old(path), await old(path, 'HEAD')];
      const told = ({ status, headers }: RawAnswer) => [
        ...[path, status, headers.get('content-type'), headers.get('content-length'), headers.get('etag')],
      ];
      expect(told(head)).toEqual(told(get));
      expect(head.body.length).toBe(0);
    }
  });

  test('finds links to the address that it reached', async () => {
    const { body } = await old('/opds/v1.2/catalog');
    expect(body.toString()).toContain(`href="${app.base}/opds/v1.2/series"`);
  });

  test('is asked for credentials', async () => {
    const { status, headers } = await raw(['GET /opds/v1.2/catalog HTTP/1.0']);
    expect([status, headers.get('www-authenticate')?.slice(0, 6)]).toEqual(['HTTP/1.1 401 Unauthorized', 'Basic ']);
  });

  test('gets a folder of pictures as a ZIP whose end it knows beforehand', async () => {
    const { status, headers, body } = await old(`/opds/v1.2/books/${await idOf('Volume 1')}/file/Volume%201.cbz`);
    expect([status, headers.get('transfer-encoding')]).toEqual(['HTTP/1.1 200 OK', undefined]);
    expect(headers.get('content-length')).toBe(String(body.length));
    // the end of a ZIP's directory: nothing was cut off
    expect(body.subarray(-22, -18).toString('latin1')).toBe('PK\x05\x06');
  });
});

describe('compression', () => {
  const feed = '/opds/v1.2/books?size=100';
  test.each(['identity', 'identity;q=1, *;q=0', ''])('Accept-Encoding: %s gets plain text', async (encoding) => {
    const { status, headers, body } = await old(feed, 'GET', `Accept-Encoding: ${encoding}`);
    expect([status, headers.get('content-encoding')]).toEqual(['HTTP/1.1 200 OK', undefined]);
    expect(body.subarray(0, 5).toString()).toBe('<?xml');
  });

  test.each(['gzip', 'br'])('%s is used by who takes it', async (encoding) => {
    const { headers, body } = await old(feed, 'GET', `Accept-Encoding: ${encoding}`);
    expect(headers.get('content-encoding')).toBe(encoding);
    expect(headers.get('vary')).toMatch(/Accept-Encoding/i);
    expect(body.length).toBeGreaterThan(100);
  });

  test('pictures and archives are sent as they are', async () => {
    for (const rest of ['pages/0', 'thumbnail', 'file/a.cbz']) {
      const path = `/opds/v1.2/books/${await idOf('all jpeg')}/${rest}`;
      expect((await old(path, 'GET', 'Accept-Encoding: gzip, br')).headers.get('content-encoding')).toBeUndefined();
    }
  });
});

test('what the client says it accepts never matters: one version for each path', async () => {
  const accepts = ['application/opds+json', 'text/html', 'image/avif', 'application/vnd.unknown'];
  for (const accept of accepts) {
    const atom = await old('/opds/v1.2/catalog', 'GET', `Accept: ${accept}`);
    expect(atom.headers.get('content-type')).toBe('application/atom+xml;profile=opds-catalog;kind=navigation');
    const json = await old('/opds/v2/catalog', 'GET', `Accept: ${accept}`);
    expect(json.headers.get('content-type')).toBe('application/opds+json');
  }
});

test('forwarded headers count for nothing unless the proxy is trusted', async () => {
  const { body } = await old('/opds/v1.2/catalog', 'GET', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https');
  expect(body.toString()).not.toContain('evil.example');
});
