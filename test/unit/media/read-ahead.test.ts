import { createReadAhead } from '../../../src/media/read-ahead';
import { createSlots } from '../../../src/media/slots';

/** Work that ends when the test says so. */
function gate() {
  const started: string[] = [];
  const open: (() => void)[] = [];
  const make = (name: string) => new Promise<void>((resolve) => void (started.push(name), open.push(resolve)));
  const next = async () => {
    open.shift()?.();
    await new Promise(setImmediate);
  };
  return { started, make, next };
}

describe('read-ahead', () => {
  test('makes one page at a time, in order', async () => {
    const { started, make, next } = gate();
    const ahead = createReadAhead(() => true, make);
    ahead.expect('book', ['1', '2']);
    expect(started).toEqual(['1']);
    await next();
    expect(started).toEqual(['1', '2']);
    await next();
    await ahead.settled();
  });

  test('waits while somebody waits, and goes on afterwards', async () => {
    const { started, make, next } = gate();
    let isIdle = false;
    const ahead = createReadAhead(() => isIdle, make);
    ahead.expect('book', ['1']);
    await ahead.settled();
    expect(started).toEqual([]);
    isIdle = true;
    ahead.resume();
    expect(started).toEqual(['1']);
    await next();
    await ahead.settled();
  });

  test('what is expected of a book now takes the place of what was before', async () => {
    const { started, make, next } = gate();
    const ahead = createReadAhead(() => true, make);
    ahead.expect('book', ['1', '2', '3']);
    ahead.expect('book', ['8']);
    await next();
    await next();
    await ahead.settled();
    expect(started).toEqual(['1', '8']);
  });

  test('keeps only so many books in mind', async () => {
    const made: string[] = [];
    let isIdle = false;
    const ahead = createReadAhead(
      () => isIdle,
      (name: string) => Promise.resolve(made.push(name)),
    );
    for (let n = 0; n < 50; n++) ahead.expect(`book ${n}`, [`${n}`]);
    await ahead.settled();
    isIdle = true;
    ahead.resume();
    await ahead.settled();
    expect(made).toEqual(Array.from({ length: 16 }, (_, n) => `${34 + n}`));
  });

  test('a page that fails does not stop the next, and stop ends it', async () => {
    const made: string[] = [];
    const ahead = createReadAhead(
      () => true,
      (name: string) => (made.push(name), Promise.reject(new Error('broken'))),
    );
    ahead.expect('book', ['1', '2']);
    await ahead.settled();
    ahead.stop();
    ahead.expect('book', ['3']);
    await ahead.settled();
    expect(made).toEqual(['1', '2']);
  });
});

describe('slots', () => {
  test('only so much work at once, first come, first served', async () => {
    const { started, make, next } = gate();
    const slots = createSlots(2);
    const all = ['1', '2', '3', '4'].map((name) => slots.run(() => make(name)));
    await new Promise(setImmediate);
    expect([started, slots.taken]).toEqual([['1', '2'], 4]);
    await next();
    expect([started, slots.taken]).toEqual([['1', '2', '3'], 3]);
    for (let n = 0; n < 3; n++) await next();
    await Promise.all(all);
    expect(slots.taken).toBe(0);
  });

  test('who hangs up leaves the queue, and work that fails its place', async () => {
    const slots = createSlots(1);
    const failing = slots.run(() => new Promise((_, reject) => void setImmediate(() => reject(new Error('broken')))));
    const gone = new AbortController();
    const waiting = slots.run(() => Promise.resolve('never'), gone.signal);
    const after = slots.run(() => Promise.resolve('after'));
    gone.abort();
    await expect(waiting).rejects.toThrow();
    await expect(failing).rejects.toThrow('broken');
    expect(await after).toBe('after');
    expect(slots.taken).toBe(0);
  });
});
