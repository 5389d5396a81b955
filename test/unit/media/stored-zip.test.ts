import { spawnSync } from 'node:child_process';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Open } from 'unzipper';
import { storedZip, type ZipSource } from '../../../src/media/stored-zip';
import { directoryEnd, directoryEndSize, directoryRecord, localHeader } from '../../../src/media/zip-records';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();
const modifiedAt = new Date('2024-05-17T10:20:30Z');

function source(name: string, data: Buffer, place = name.replaceAll('/', '_')): ZipSource {
  const file = path.join(folder.path, place);
  writeFileSync(file, data);
  return { name, path: file, size: data.length, changedAt: statSync(file).mtimeMs, modifiedAt };
}

const noise = (length: number, seed: number) =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 31 + seed * 7) % 251));
/** More than what is read before its header is written. */
const large = (seed: number) => Buffer.alloc(9 * 1024 * 1024, noise(1000, seed));

/** Fresh files each time: sums that are known already must not hide how they are found. */
const sources = (run: string) => [
  source('1.jpg', noise(5000, 1), `${run}-1`),
  source('漫画/2.jpg', large(2), `${run}-2`),
  source('empty.txt', Buffer.alloc(0), `${run}-3`),
  source('3.jpg', noise(70_000, 3), `${run}-4`),
];

test('every entry is there, byte for byte, under its name and date, in as many bytes as were told', async () => {
  const zip = storedZip(sources('whole'));
  const bytes = await buffer(zip.open());
  expect(bytes.length).toBe(zip.size);
  const { files } = await Open.buffer(bytes);
  expect(files.map((file) => file.path)).toEqual(['1.jpg', '漫画/2.jpg', 'empty.txt', '3.jpg']);
  const data = await Promise.all(files.map((file) => file.buffer()));
  expect([0, 2, 3].map((at) => data[at])).toEqual([noise(5000, 1), Buffer.alloc(0), noise(70_000, 3)]);
  expect(data[1]?.equals(large(2))).toBe(true);
  expect(files[0]?.lastModifiedDateTime).toEqual(modifiedAt);
});

test('two readings are the same bytes', async () => {
  const zip = storedZip(sources('twice'));
  expect((await buffer(zip.open())).equals(await buffer(zip.open()))).toBe(true);
});

describe('a part', () => {
  test.each([
    ['from the middle of the first entry', 40, 3000],
    ['across two entries', 5000, 1_000_000],
    ['inside a large entry alone', 4_000_000, 4_000_100],
    ['of one byte', 0, 0],
    ['of the last data and the directory', 9_480_000, -1],
    ['of the end alone', -22, -1],
  ])('%s is what the whole has there, whether its sums are known or not', async (name, from, to) => {
    const fresh = storedZip(sources(`part ${name}`));
    const [start, end] = [from < 0 ? fresh.size + from : from, to < 0 ? fresh.size + to : to];
    const first = await buffer(fresh.open({ start, end }));
    const whole = await buffer(fresh.open());
    expect(first.equals(whole.subarray(start, end + 1))).toBe(true);
    expect((await buffer(fresh.open({ start, end }))).equals(first)).toBe(true);
  });
});

test('a file that became shorter breaks the ZIP off instead of filling it with something', async () => {
  const [first, second] = sources('shorter');
  const zip = storedZip([first as ZipSource, second as ZipSource]);
  writeFileSync(second?.path ?? '', 'short');
  await expect(buffer(zip.open())).rejects.toMatchObject({ code: 'ERR_1018' });
});

test('a file that was changed is summed anew', async () => {
  const before = source('a.jpg', noise(100, 1), 'changed');
  await buffer(storedZip([before]).open());
  const after = source('a.jpg', noise(100, 2), 'changed');
  utimesSync(after.path, 1, 1);
  const { files } = await Open.buffer(await buffer(storedZip([{ ...after, changedAt: 1000 }]).open()));
  expect(await files[0]?.buffer()).toEqual(noise(100, 2));
});

test('of nothing there is an empty ZIP', async () => {
  expect((await buffer(storedZip([]).open())).toString('latin1')).toBe(`PK\x05\x06${'\0'.repeat(18)}`);
});

const hasUnzip = spawnSync('unzip', ['-v']).error === undefined;
(hasUnzip ? test : test.skip)('Info-ZIP finds no fault in it, in ten thousand entries neither', async () => {
  const one = source('one.jpg', noise(10, 1));
  const many = Array.from({ length: 10_000 }, (_, number) => ({ ...one, name: `folder of pages/${number}.jpg` }));
  for (const list of [sources('unzip'), many]) {
    const zip = storedZip(list);
    const file = path.join(folder.path, `test-${list.length}.zip`);
    const bytes = await buffer(zip.open());
    expect(bytes.length).toBe(zip.size);
    writeFileSync(file, bytes);
    const { status, stdout, stderr } = spawnSync('unzip', ['-tq', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('No errors detected');
  }
});

describe('beyond 4 GiB', () => {
  const huge = {
    name: Buffer.from('a.cbz'),
    size: 5 * 2 ** 30,
    modifiedAt,
    offset: 6 * 2 ** 30,
    isSummedInFront: false,
  };

  test('size and place of an entry stand in 64 bits', () => {
    const record = directoryRecord(huge, 0xdeadbeef);
    const extra = record.subarray(46 + 5 + 9);
    expect([record.readUInt32LE(20), record.readUInt32LE(24), record.readUInt32LE(42)]).toEqual([
      ...[0xffffffff, 0xffffffff, 0xffffffff],
    ]);
    expect([extra.readUInt16LE(0), extra.readUInt16LE(2)]).toEqual([1, 24]);
    expect([4, 12, 20].map((at) => Number(extra.readBigUInt64LE(at)))).toEqual([huge.size, huge.size, huge.offset]);
    expect(localHeader(huge, 0).readUInt16LE(28)).toBe(20);
  });

  test('so do those of the directory', () => {
    const directory = { at: 7 * 2 ** 30, size: 100, count: 3 };
    const end = directoryEnd(directory);
    expect(end.length).toBe(directoryEndSize(directory));
    expect([end.readUInt32LE(0), Number(end.readBigUInt64LE(48))]).toEqual([0x06064b50, directory.at]);
    expect(Number(end.readBigUInt64LE(56 + 8))).toBe(directory.at + directory.size);
    expect(end.readUInt32LE(76 + 16)).toBe(0xffffffff);
  });
});
