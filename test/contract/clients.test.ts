import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { publicId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import { Poster } from '../../src/model/poster';
import { createApiKey } from '../../src/library/api-keys';
import { picture } from '../support/book-builders';
import { useCatalogue } from '../support/catalogue';
import { readClientContracts, type ClientContract, type ContractStep } from '../support/client-contracts';
import { acceptOf, credentials, newSession, remember, type ClientSession } from '../support/client-session';
import { faultsOf, readType, type WireType } from '../support/client-types';
import { describeWithReference } from '../support/reference';

/** Replays what each client sends, as clients.md wrote it down, and reads the answers as its decoder does. */
const catalogue = useCatalogue({ withPage: true });
const { app } = catalogue;

/** Of clients whose table has no column for it. */
const usualAuth: Record<string, string> = {
  ...{ 'mihon-tracker': 'cookies', 'komga-sync': 'cookies', 'komelia-legacy': 'Basic', komf: 'Basic' },
  ...{ 'koplugin-hchsoon': 'X-API-Key', 'koplugin-eernie': 'X-API-Key', 'komga-suwayomi-sync': 'X-API-Key' },
};

/** Clients that read by the same library, or go on in the session of another one. */
const borrowedTypes: Record<string, string> = { komf: 'komelia', 'komga-sync': 'komelia' };

/** OPDS has tests of its own that follow its links (test/http/opds*). */
const elsewhere = ['panels'];

const shared = { named: new Map<string, WireType>([['Author', readType('{ name: string, role: string }')]]) };
const values: Record<string, string> = {};
let apiKey = '';

beforeAll(async () => {
  const { db, adminId } = app;
  apiKey = (await createApiKey(db, adminId, 'the apps of the test')).key;
  const lamps = await Promise.all([1, 2, 3, 4, 5].map((n) => catalogue.book(`Lighthouse Mechanics v0${n}`)));
  const [first, second, third, , last] = lamps as [Book, Book, Book, Book, Book];
  const novel = await catalogue.book('novel');
  const partialMd5 = 'a'.repeat(32);
  await Book.query(db).findById(second.id).patch({ fileHashKoreader: partialMd5 });
  const poster = await Poster.query(db).findOne({ bookId: second.id }).throwIfNotFound();
  const list = async (table: string, name: string) =>
    publicId((await db(table).where({ name }).first<{ id: string }>()).id);
  const number = { numberSortKotlin: '1.0', numberSortInt: '1', numberSortJs: '1', pagesCount: '4' };
  Object.assign(values, number, {
    ...{
      libraryId: publicId(catalogue.open.id),
      libraryIdOther: publicId(catalogue.hidden.id),
      userId: publicId(adminId),
    },
    ...{ seriesId: publicId(first.seriesId), bookId: publicId(second.id), epubBookId: publicId(novel.id) },
    ...{ firstBookId: publicId(first.id), secondBookId: publicId(second.id), lastBookId: publicId(last.id) },
    ...{ collectionId: await list('collection', 'By the sea'), readListId: await list('read_list', 'Rainy days') },
    ...{
      readListFirstBookId: publicId((await catalogue.book('Secret Ledger 1')).id),
      readListLastBookId: publicId(third.id),
    },
    ...{
      searchTerm: 'lighthouse',
      searchTermEnc: 'lighthouse',
      authorNameEnc: 'Mara%20Quill',
      authorRoleEnc: 'writer',
    },
    ...{ partialMd5, bookThumbnailId: publicId(poster.id) },
  });
});

/** `"{name:int}"` is a number without the quotes. */
function filled(text: string): string {
  const numbers = text.replace(/"\{(\w+):int\}"/g, '{$1}');
  return numbers.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (/^tmpName/.test(name)) return `Temporary ${randomUUID()}`;
    return values[name] ?? whole;
  });
}

/** komf's way to write a form: no file name and no type of the part. */
async function uploadBody(): Promise<{ body: Buffer; type: string }> {
  const head = '--b\r\nContent-Disposition: form-data; name=file; filename=""\r\n\r\n';
  const tail = '\r\n--b\r\nContent-Disposition: form-data; name=selected\r\n\r\ntrue\r\n--b--\r\n';
  return {
    body: Buffer.concat([Buffer.from(head), await picture(9), Buffer.from(tail)]),
    type: 'multipart/form-data; boundary=b',
  };
}

async function send(client: ClientContract, step: ContractStep, session: ClientSession): Promise<Response> {
  const auth = step.auth || (usualAuth[client.name] ?? 'Basic');
  const headers: Record<string, string> = { ...credentials(auth, session, apiKey), ...acceptOf(step) };
  // KMReader asks for its session in a header, with an empty one
  if (step.notes.includes('EMPTY X-Auth-Token')) headers['X-Auth-Token'] = '';
  let body: string | Buffer | undefined;
  if (step.body !== '') [body, headers['Content-Type']] = [filled(step.body), 'application/json'];
  if (step.notes.startsWith('multipart')) ({ body, type: headers['Content-Type'] } = await uploadBody());
  const stop = new AbortController();
  const request = { method: step.method, headers, redirect: 'manual' as const, signal: stop.signal };
  const response = await fetch(
    `${app.base}${filled(step.target)}`,
    body === undefined ? request : { ...request, body: new Uint8Array(Buffer.from(body)) },
  );
  // a mistyped password takes the lasting login away; the steps that follow are of somebody who typed it right
  if (!auth.includes('wrong')) remember(session, response);
  if (step.answer === 'event stream') stop.abort();
  return response;
}

async function faultsIn(client: ClientContract, step: ContractStep, response: Response): Promise<string[]> {
  const type = response.headers.get('content-type') ?? '';
  if (step.answer === 'event stream') return /^text\/event-stream/.test(type) ? [] : [`type ${type}`];
  const bytes = Buffer.from(await response.arrayBuffer());
  if (step.answer === 'image') return /^image\//.test(type) && bytes.length > 0 ? [] : [`type ${type}`];
  if (step.answer === 'HTML') return /^text\/html/.test(type) ? [] : [`type ${type}`];
  // a write is 204, JSON, or says that it is empty
  if (step.answer === '' || response.status === 204 || response.status === 304) {
    return bytes.length === 0 || response.status >= 300 || step.method === 'GET' || /json/.test(type)
      ? []
      : [`type ${type}`];
  }
  if (!/^application\/([\w.-]+\+)?json/.test(type)) return [`type ${type}`];
  const body: unknown = JSON.parse(bytes.toString('utf8'));
  keepIds(step, body);
  // only when it is sent it has to be a number
  const answer = readType(step.answer.replace('timestamp', 'timestamp: number~'));
  return faultsOf(body, answer, { named: new Map([...shared.named, ...client.types]) });
}

/** What was made is changed and deleted by the steps that follow. */
function keepIds({ id }: ContractStep, body: unknown): void {
  const made = String((body as { id?: string }).id);
  if (id === 'collection-create') values['tmpCollectionId'] = made;
  if (id === 'readlist-create') values['tmpReadListId'] = made;
  if (id === 'series-thumbnail-upload') values['tmpThumbnailId'] = made;
}

describeWithReference('The requests of clients', (directory) => {
  const contracts = readClientContracts(path.resolve(directory)).filter(({ name }) => !elsewhere.includes(name));
  const byName = new Map(contracts.map((contract) => [contract.name, contract]));

  describe.each(contracts.map((contract) => [contract.name, contract] as const))('%s', (name, contract) => {
    const session = newSession();
    const client = { ...contract, types: byName.get(borrowedTypes[name] ?? name)?.types ?? contract.types };

    beforeAll(async () => {
      if (usualAuth[name] !== 'cookies') return;
      remember(session, await fetch(`${app.base}/api/v2/users/me`, { headers: credentials('Basic', session, apiKey) }));
    });

    test.each(contract.steps.map((step) => [step.id, step] as const))('%s', async (_, step) => {
      const response = await send(client, step, session);
      expect([response.status, step.statuses.includes(response.status)]).toEqual([response.status, true]);
      expect(await faultsIn(client, step, response)).toEqual([]);
    });
  });

  test('every placeholder of every request is filled', () => {
    const later = ['tmpCollectionId', 'tmpReadListId', 'tmpThumbnailId'];
    const texts = contracts.flatMap(({ steps }) => steps.flatMap(({ target, body }) => [target, body]));
    const names = texts.flatMap((text) => [...text.matchAll(/\{(\w+)(?::int)?\}/g)].map(([, name = '']) => name));
    const unfilled = new Set(names.filter((name) => !/^tmpName/.test(name) && !later.includes(name) && !values[name]));
    expect([...unfilled]).toEqual([]);
  });
});
