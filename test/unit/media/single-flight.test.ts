import { createSingleFlight } from '../../../src/media/single-flight';

function aWork() {
  const work: { calls: number; stopped: boolean; finish: (value: string) => void } = {
    calls: 0,
    stopped: false,
    finish: () => undefined,
  };
  const run = (signal: AbortSignal) => {
    work.calls++;
    signal.addEventListener('abort', () => (work.stopped = true));
    return new Promise<string>((resolve) => {
      work.finish = resolve;
    });
  };
  return { work, run };
}

test('what several want at once is done once', async () => {
  const flights = createSingleFlight<string>();
  const { work, run } = aWork();
  const both = Promise.all([flights.run('a', run), flights.run('a', run)]);
  work.finish('done');
  expect(await both).toEqual(['done', 'done']);
  expect(work.calls).toBe(1);
});

test('it is done again for who comes later', async () => {
  const flights = createSingleFlight<number>();
  let calls = 0;
  const run = () => Promise.resolve(++calls);
  expect(await flights.run('a', run)).toBe(1);
  expect(await flights.run('a', run)).toBe(2);
});

test('it goes on while somebody waits, and stops when all have gone', async () => {
  const flights = createSingleFlight<string>();
  const { work, run } = aWork();
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [flights.run('a', run, first.signal), flights.run('a', run, second.signal)];
  first.abort();
  await expect(waits[0]).rejects.toThrow();
  expect(work.stopped).toBe(false);
  second.abort();
  await expect(waits[1]).rejects.toThrow();
  expect(work.stopped).toBe(true);
});

test('a failure reaches everybody and is not kept', async () => {
  const flights = createSingleFlight<string>();
  const failing = () => Promise.reject(new Error('no'));
  await expect(Promise.all([flights.run('a', failing), flights.run('a', failing)])).rejects.toThrow('no');
  expect(await flights.run('a', () => Promise.resolve('yes'))).toBe('yes');
});
