import { publicId } from '../../src/base/public-id';
import { pictureType } from '../../src/media/picture-type';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic } from '../support/crawler';

const catalogue = useCatalogue();
const { app } = catalogue;

interface Link {
  href: string;
  type: string;
  alternate?: Link[];
}
interface Manifest {
  metadata: Record<string, unknown>;
  readingOrder: Link[];
  images: Link[];
  resources: Link[];
}

const addressOf = async (name: string) => `/api/v1/books/${publicId((await catalogue.book(name)).id)}`;

async function get(path: string, type: string): Promise<Manifest> {
  const response = await app.admin.get(path).set('Accept', type).expect(200);
  expect(response.headers['content-type']).toBe(type);
  return JSON.parse(response.text) as Manifest;
}

test('the manifest of a comic is that of its pages, each of the type that is said, with a JPEG for modern formats', async () => {
  const manifest = await get(`${await addressOf('mixed')}/manifest`, 'application/divina+json');
  expect(manifest.readingOrder.map(({ type }) => type)).toEqual(['image/jpeg', 'image/webp', 'image/png']);
  const links = manifest.readingOrder.flatMap(({ href, type, alternate = [] }) => [{ href, type }, ...alternate]);
  for (const { href, type } of [...links, ...manifest.resources]) {
    const { body, headers } = await ask(href, basic(adminLogin));
    expect([headers.get('content-type'), pictureType(body)]).toEqual([type, type]);
  }
  expect(links).toHaveLength(4);
});

test('it says what Komga says, in its words', async () => {
  const manifest = await get(
    `${await addressOf('Lighthouse Mechanics v02')}/manifest/divina`,
    'application/divina+json',
  );
  expect(manifest).toMatchObject({
    context: 'https://readium.org/webpub-manifest/context.jsonld',
    images: [],
    metadata: {
      title: 'The 2. lamp',
      contributor: ['Mara Quill'],
      penciler: ['Ines Tusche'],
      subject: ['sea'],
      published: '2019-03-02',
      numberOfPages: 4,
      belongsTo: { series: [{ name: 'Lighthouse Mechanics', position: 2 }] },
    },
  });
});

test('a PDF is read by its pages, as PDFs or as pictures; the profile of another kind of book is 400', async () => {
  const whole = await get(`${await addressOf('scanned')}/manifest`, 'application/webpub+json');
  expect(whole.readingOrder.map(({ href }) => href.replace(/^.*\/pages/, ''))).toEqual(['/1/raw', '/2/raw']);
  const { body, headers } = await ask(whole.readingOrder[1]?.href ?? '', basic(adminLogin));
  expect([headers.get('content-type'), body.subarray(0, 5).toString()]).toEqual(['application/pdf', '%PDF-']);
  const asPdf = await get(`${await addressOf('scanned')}/manifest/pdf`, 'application/webpub+json');
  expect(asPdf.readingOrder).toEqual(whole.readingOrder);
  const pages = await get(`${await addressOf('scanned')}/manifest/divina`, 'application/divina+json');
  expect(pages.readingOrder).toHaveLength(2);
  await app.admin.get(`${await addressOf('mixed')}/manifest/pdf`).expect(400);
});

test('a damaged book has none, a hidden one is forbidden, an unknown one is not there', async () => {
  await app.admin.get(`${await addressOf('Night Tram 2')}/manifest`).expect(404);
  await app
    .as(catalogue.restricted)
    .get(`${await addressOf('Secret Ledger 1')}/manifest`)
    .expect(403);
  await app.admin.get('/api/v1/books/ABC/manifest').expect(404);
});
