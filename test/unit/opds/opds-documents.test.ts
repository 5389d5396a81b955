import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { HttpState } from '../../../src/http/context';
import { watchOpds } from '../../support/opds-documents';
import { referenceDir } from '../../support/reference';
import { hasXmllint } from '../../support/relax-ng';
import { fixtures } from './v1-fixtures';

/** What the watch over all tests says of an application that sends these documents. */
async function faultsOf(documents: { type: string; text: string }[]): Promise<string[]> {
  const app = new Koa<HttpState>();
  app.use((ctx) => {
    const { type, text } = documents[Number(ctx.path.split('/').at(-1))] ?? { type: 'text/plain', text: '' };
    ctx.set('Content-Type', type);
    ctx.body = Buffer.from(text);
  });
  const watch = watchOpds(app);
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const index of documents.keys()) await (await fetch(`http://127.0.0.1:${port}/opds/${index}`)).text();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return watch.faults();
}

const { build, type } = fixtures['book.xml'] ?? { build: () => '', type: '' };

test('what is right is passed', async () => {
  expect(await faultsOf([{ type, text: build() }])).toEqual([]);
});

test('a document that breaks a rule of ours is found', async () => {
  const text = build().replace(/<content[^]*?<\/content>/, '<content type="text"></content>');
  expect((await faultsOf([{ type, text }])).join()).toMatch(/content/);
});

test('a feed of 2.0 with a null in it is found', async () => {
  const faults = await faultsOf([
    { type: 'application/opds+json', text: '{"metadata":{"title":null},"links":[],"groups":[]}' },
  ]);
  expect(faults.join()).toMatch(/null/);
});

(hasXmllint && referenceDir !== null ? test : test.skip)('what only the schema forbids is found', async () => {
  const text = build().replace('</updated>', '</updated><rights>a</rights><rights>b</rights>');
  expect((await faultsOf([{ type, text }])).join()).toMatch(/rights|validate/);
});
