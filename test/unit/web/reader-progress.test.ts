import { progressWriter } from '../../../src/web/reader/progress';

/** A writer whose clock is turned by hand. */
function aWriter(fails: () => boolean = () => false) {
  const saved: [page: number, leaving: boolean][] = [];
  const problems: unknown[] = [];
  let due: (() => void) | null = null;
  const writer = progressWriter({
    save: (page, leaving) => {
      if (fails()) return Promise.reject(new Error('offline'));
      saved.push([page, leaving]);
      return Promise.resolve();
    },
    failed: (problem) => problems.push(problem),
    wait: (work) => {
      due = work;
      return () => (due = null);
    },
  });
  return { writer, saved, problems, rest: () => due?.() };
}

test('leafing through a book stores only the page one rests on', () => {
  const { writer, saved, rest } = aWriter();
  for (const page of [2, 3, 4]) writer.reached(page);
  expect(saved).toEqual([]);
  rest();
  expect(saved).toEqual([[4, false]]);
});

test('leaving stores the pending page at once', () => {
  const { writer, saved } = aWriter();
  writer.reached(9);
  writer.flush(true);
  writer.flush(true);
  expect(saved).toEqual([[9, true]]);
});

test('leaving with nothing pending asks for nothing', () => {
  const { writer, saved } = aWriter();
  writer.flush(true);
  expect(saved).toEqual([]);
});

test('the same page is not stored twice', () => {
  const { writer, saved, rest } = aWriter();
  writer.reached(5);
  rest();
  writer.reached(6);
  writer.reached(5);
  rest();
  expect(saved).toEqual([[5, false]]);
});

test('a page that could not be stored is stored with the next chance', async () => {
  let offline = true;
  const { writer, saved, problems, rest } = aWriter(() => offline);
  writer.reached(5);
  rest();
  await Promise.resolve();
  expect(problems).toHaveLength(1);
  offline = false;
  writer.flush(true);
  expect(saved).toEqual([[5, true]]);
});

test('a newer page wins over one that failed', async () => {
  let offline = true;
  const { writer, saved, rest } = aWriter(() => offline);
  writer.reached(5);
  rest();
  writer.reached(6);
  await Promise.resolve();
  offline = false;
  rest();
  expect(saved).toEqual([[6, false]]);
});
