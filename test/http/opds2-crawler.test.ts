import { publicId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import { adminLogin } from '../support/app';
import { hiddenWords, useCatalogue } from '../support/catalogue';
import { countProblems2, pagingProblems2 } from '../support/counts';
import { basic, walk, type Walk, type Way } from '../support/crawler';
import { waysOf2 } from '../support/crawler2';
import { opds2Problems } from '../support/opds2-rules';
import { opds2Schemas } from '../support/opds2-schemas';
import { describeWithReference } from '../support/reference';

const catalogue = useCatalogue();
const { app } = catalogue;

/** Atom belongs to the other walk; progress of a book that was not begun has no document. */
const followed = ({ type }: Way) => !/atom\+xml|progression|text.html/.test(type);

const walkFrom = (path: string, login: { email: string; password: string } | null): Promise<Walk> =>
  walk(
    { url: `${app.base}${path}`, type: 'application/opds+json', from: 'the reader', kind: 'document' },
    login && basic(login),
    {
      follow: followed,
      ways: waysOf2,
      check: ({ url, body, headers }) =>
        url.endsWith('/auth')
          ? []
          : opds2Problems(JSON.parse(body.toString('utf8')), { contentType: headers.get('content-type') ?? '' }),
    },
  );

const textOf = ({ documents }: Walk) =>
  [...documents.values()].map(({ url, body }) => `${url}\n${body.toString('utf8')}`).join('\n');

test('the administrator reaches every readable book, and nothing is broken, wrongly typed or invalid', async () => {
  const found = await walkFrom('/opds/v2/catalog', adminLogin);
  expect(found.problems).toEqual([]);
  expect([...countProblems2(found), ...pagingProblems2(found)]).toEqual([]);
  const readable = await Book.query(app.db).where({ mediaStatus: 'READY' });
  const missing = readable.filter(({ id }) => !found.documents.has(`${app.base}/opds/v2/books/${publicId(id)}`));
  expect(missing).toEqual([]);
  expect(readable.length).toBeGreaterThan(15);
}, 120_000);

test('a restricted reader walks the whole catalogue without a trace of what is hidden', async () => {
  const found = await walkFrom('/opds/v2/catalog', catalogue.restricted);
  expect(found.problems).toEqual([]);
  expect([...countProblems2(found), ...pagingProblems2(found)]).toEqual([]);
  const everything = textOf(found);
  expect(hiddenWords.filter((word) => everything.toLowerCase().includes(word.toLowerCase()))).toEqual([]);
  const hidden = await Book.query(app.db).where({ libraryId: catalogue.hidden.id });
  for (const { id } of hidden) expect(everything).not.toContain(publicId(id));
  expect(found.documents.size).toBeGreaterThan(40);
}, 120_000);

test('what is hidden cannot be asked for by its address either', async () => {
  const reader = app.as(catalogue.restricted);
  const secret = publicId((await catalogue.book('Secret Ledger 1')).id);
  const series = publicId((await catalogue.series('Secret Ledger')).id);
  const library = publicId(catalogue.hidden.id);
  const below = ['', '/manifest', '/manifest/divina', '/pages/1', '/file', '/thumbnail', '/progression'];
  const paths = [...below.map((rest) => `books/${secret}${rest}`), `series/${series}`, `libraries/${library}`];
  for (const way of [...paths, `libraries/${library}/books/latest`])
    expect([way, (await reader.get(`/opds/v2/${way}`)).status]).toEqual([way, 403]);
  const search = await reader.get('/opds/v2/search?query=secret').expect(200);
  expect(search.text).toContain('"groups":[]');
});

test('a personal key in the path opens the same catalogue without login, and every link carries it', async () => {
  const response = await app.as(catalogue.restricted).post('/api/v2/users/me/api-keys').send({ comment: 'reader' });
  const { key } = response.body as { key: string };
  const found = await walkFrom(`/opds/${key}/v2/catalog`, null);
  expect(found.problems).toEqual([]);
  const elsewhere = [...found.visited].filter((url) => !url.startsWith(`${app.base}/opds/${key}/v2/`));
  // named by the authentication document, which is the same for everybody
  expect(elsewhere).toEqual([`${app.base}/logo.png`]);
}, 120_000);

describeWithReference('the schemas of OPDS 2.0', (directory) => {
  test('find every document valid', async () => {
    const schemas = opds2Schemas(directory);
    const found = await walkFrom('/opds/v2/catalog', adminLogin);
    const faults = [...found.documents.values()].flatMap(({ url, body, headers }) => {
      const type = headers.get('content-type') ?? '';
      const document = JSON.parse(body.toString('utf8')) as unknown;
      const check = {
        'application/opds+json': schemas.feed,
        'application/opds-publication+json': schemas.publication,
        'application/opds-authentication+json': schemas.authentication,
      }[type];
      return (check ?? schemas.manifest)(document).map((fault) => `${fault}: ${url}`);
    });
    expect(faults).toEqual([]);
    expect(found.documents.size).toBeGreaterThan(60);
  }, 120_000);
});
