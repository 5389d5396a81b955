import { createPermittedBooks } from '../../src/library/permitted-books';
import type { BookFile } from '../../src/search/book-file';
import type { Viewer } from '../../src/search/viewer';

const aViewer = () => ({ userId: '1' }) as Viewer;
const book = (name: string) => ({ name }) as BookFile;

/** Counts how often the database would have been asked. */
function looking() {
  const counted = { times: 0 };
  return { counted, look: () => Promise.resolve(book(`answer ${++counted.times}`)) };
}

test('a book is looked up once for a viewer', async () => {
  const { counted, look } = looking();
  const books = createPermittedBooks(1000);
  const viewer = aViewer();
  expect(await books.find(viewer, 'a', look)).toEqual(await books.find(viewer, 'a', look));
  await books.find(viewer, 'b', look);
  expect(counted.times).toBe(2);
});

test('the same user with other rights is another viewer', async () => {
  const { counted, look } = looking();
  const books = createPermittedBooks(1000);
  for (const viewer of [aViewer(), aViewer()]) await books.find(viewer, 'a', look);
  expect(counted.times).toBe(2);
});

test('after a change everything is looked up again', async () => {
  const { counted, look } = looking();
  const books = createPermittedBooks(1000);
  const viewer = aViewer();
  await books.find(viewer, 'a', look);
  books.forget();
  expect((await books.find(viewer, 'a', look)).name).toBe('answer 2');
  expect(counted.times).toBe(2);
});

test('an answer that was under way when something changed is not kept', async () => {
  const { look } = looking();
  const books = createPermittedBooks(1000);
  const viewer = aViewer();
  let arrive: (found: BookFile) => void = () => undefined;
  const slow = books.find(viewer, 'a', () => new Promise((resolve) => (arrive = resolve)));
  books.forget();
  arrive(book('old'));
  expect((await slow).name).toBe('old');
  expect((await books.find(viewer, 'a', look)).name).toBe('answer 1');
});

test('a refusal is not remembered, and without a time nothing is', async () => {
  const { counted, look } = looking();
  const viewer = aViewer();
  const books = createPermittedBooks(1000);
  await expect(books.find(viewer, 'a', () => Promise.reject(new Error('forbidden')))).rejects.toThrow('forbidden');
  await books.find(viewer, 'a', look);
  const never = createPermittedBooks(0);
  for (let n = 0; n < 2; n++) await never.find(viewer, 'a', look);
  expect(counted.times).toBe(3);
});
