import path from 'node:path';
import { publicId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import { adminLogin } from '../support/app';
import { hiddenWords, useCatalogue } from '../support/catalogue';
import { facetProblems, pagingProblems } from '../support/counts';
import { basic, entriesOf, walk, waysOf, type Answer, type Walk, type Way } from '../support/crawler';
import { opdsProblems } from '../support/opds-rules';
import { describeWithReference } from '../support/reference';
import { hasXmllint, schemaProblems } from '../support/relax-ng';

const catalogue = useCatalogue();
const { app } = catalogue;

const contentType = (answer: Answer) => answer.headers.get('content-type') ?? '';
const textOf = ({ body }: Answer) => body.toString('utf8');

const walkFrom = (path: string, login: { email: string; password: string } | null): Promise<Walk> => {
  const url = `${app.base}${path}`;
  const type = 'application/atom+xml;profile=opds-catalog;kind=navigation';
  return walk({ url, type, from: 'the reader', kind: 'document' }, login && basic(login), {
    // the other version has a walk of its own; the progress of a book that was not begun is empty
    follow: (way: Way) => !/^application.(opds|opds-progression).json$|^text.html$/.test(way.type),
    ways: waysOf,
    check: (answer) => opdsProblems(textOf(answer), { contentType: contentType(answer) }),
  });
};

const idsOf = ({ documents }: Walk) =>
  new Set([...documents.values()].flatMap((answer) => entriesOf(textOf(answer)).map(({ id }) => id)));

test('the administrator reaches every readable book, and nothing is broken, wrongly typed or invalid', async () => {
  const found = await walkFrom('/opds/v1.2/catalog', adminLogin);
  expect(found.problems).toEqual([]);
  expect(facetProblems(found)).toEqual([]);
  expect(pagingProblems(found)).toEqual([]);
  const readable = await Book.query(app.db).where({ mediaStatus: 'READY' });
  const missing = readable.filter(({ id }) => !idsOf(found).has(`urn:kiremisu:book:${publicId(id)}`));
  expect(missing).toEqual([]);
  expect(readable.length).toBeGreaterThan(15);
}, 120_000);

test('a restricted reader walks the whole catalogue without a trace of what is hidden', async () => {
  const found = await walkFrom('/opds/v1.2/catalog', catalogue.restricted);
  expect(found.problems).toEqual([]);
  expect(facetProblems(found)).toEqual([]);
  expect(pagingProblems(found)).toEqual([]);
  const everything = [...found.documents.values()].map((answer) => `${answer.url}\n${textOf(answer)}`).join('\n');
  expect(hiddenWords.filter((word) => everything.toLowerCase().includes(word.toLowerCase()))).toEqual([]);
  const hidden = await Book.query(app.db).where({ libraryId: catalogue.hidden.id });
  for (const { id } of hidden) expect(everything).not.toContain(publicId(id));
  expect(idsOf(found).size).toBeGreaterThan(20);
}, 120_000);

test('what is hidden cannot be asked for by its address either', async () => {
  const reader = app.as(catalogue.restricted);
  const secret = publicId((await catalogue.book('Secret Ledger 1')).id);
  const series = publicId((await catalogue.series('Secret Ledger')).id);
  const library = publicId(catalogue.hidden.id);
  const paths = [
    ...['', '/thumbnail', '/thumbnail/small', '/pages/0', '/file/x.cbz'].map((rest) => `books/${secret}${rest}`),
    ...[`series/${series}`, `series/${series}/thumbnail`, `libraries/${library}`],
  ];
  for (const way of paths) expect([way, (await reader.get(`/opds/v1.2/${way}`)).status]).toEqual([way, 403]);
  const search = await reader.get('/opds/v1.2/books?search=secret').expect(200);
  expect(entriesOf(search.text)).toEqual([]);
});

test('a personal key in the path opens the same catalogue without login, and every link carries it', async () => {
  const response = await app.as(catalogue.restricted).post('/api/v2/users/me/api-keys').send({ comment: 'reader' });
  const { key } = response.body as { key: string };
  const found = await walkFrom(`/opds/${key}/v1.2/catalog`, null);
  expect(found.problems).toEqual([]);
  expect([...found.visited].filter((url) => !url.startsWith(`${app.base}/opds/${key}/v1.2/`))).toEqual([]);
  expect(idsOf(found).size).toBeGreaterThan(20);
}, 120_000);

describeWithReference('the repaired schemas', (directory) => {
  const schema = (name: string) => path.join(directory, 'reference/opds-schemas/opds1', name);
  const validated = hasXmllint ? test : test.skip;

  validated(
    'find every document valid, templates included',
    async () => {
      const found = await walkFrom('/opds/v1.2/catalog', adminLogin);
      const faults = [...found.documents.values()].map((answer) => {
        const isDescription = contentType(answer).startsWith('application/opensearch');
        const name = isDescription ? 'opensearch-1.1.rng' : 'opds-1.2.fixed.rng';
        return schemaProblems(schema(name), textOf(answer));
      });
      expect(faults.filter(Boolean)).toEqual([]);
      expect(faults.length).toBeGreaterThan(100);
    },
    120_000,
  );
});
