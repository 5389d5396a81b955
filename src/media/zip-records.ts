/** An entry whose data are stored, as the records of a ZIP tell it (PKWARE APPNOTE 6.3.10, §4.3). */
export interface ZipRecord {
  name: Buffer;
  size: number;
  modifiedAt: Date;
  /** Where its header begins. */
  offset: number;
  /** Whether sum and size stand in the header; else behind the data. */
  isSummedInFront: boolean;
}

/** From here on a field of 32 bits says that the true value stands in 64. */
const most32 = 0xffffffff;
const most16 = 0xffff;
/** Sum behind the data (bit 3), name in UTF-8 (bit 11). */
const flagsOf = ({ isSummedInFront }: ZipRecord): number => 0x0800 | (isSummedInFront ? 0 : 0x0008);

const isLarge = ({ size }: ZipRecord): boolean => size >= most32;
const isFar = (record: ZipRecord): boolean => isLarge(record) || record.offset >= most32;

export const localHeaderSize = (record: ZipRecord): number => 30 + record.name.length + (isLarge(record) ? 20 : 0);
export const directoryRecordSize = (record: ZipRecord): number =>
  46 + record.name.length + 9 + (isFar(record) ? 28 : 0);

export function descriptorSize(record: ZipRecord): number {
  if (record.isSummedInFront) return 0;
  return isLarge(record) ? 24 : 16;
}

/** Time and date of MS-DOS, which know no zone and no year before 1980: UTC, so that the same entry has the same bytes. */
function dosTime(date: Date): [time: number, date: number] {
  const year = Math.min(Math.max(date.getUTCFullYear() - 1980, 0), 127);
  return [
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
    (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
  ];
}

/** Writes numbers one after the other. */
function write(fields: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number])[], ...rest: Buffer[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return Buffer.concat([buffer, ...rest]);
}

/** What header and directory have in common: version, flags, method, time, sum, both sizes, length of the name. */
function shared(record: ZipRecord, sum: number, size: number) {
  const [time, date] = dosTime(record.modifiedAt);
  return [
    ...([
      [2, isFar(record) ? 45 : 20],
      [2, flagsOf(record)],
      [2, 0],
    ] as const),
    ...([
      [2, time],
      [2, date],
      [4, sum],
      [4, size],
      [4, size],
      [2, record.name.length],
    ] as const),
  ] as const;
}

/** `sum` counts only for an entry that is summed in front. */
export function localHeader(record: ZipRecord, sum: number): Buffer {
  // of an entry with a descriptor the header says nothing; the empty 64 bits tell how wide its sizes are
  const [known, size] = record.isSummedInFront ? [sum, record.size] : [0, 0];
  const extra = isLarge(record)
    ? write([
        [2, 1],
        [2, 16],
        [8, 0],
        [8, 0],
      ])
    : Buffer.alloc(0);
  return write([[4, 0x04034b50], ...shared(record, known, size), [2, extra.length]], record.name, extra);
}

export function dataDescriptor(record: ZipRecord, sum: number): Buffer {
  if (record.isSummedInFront) return Buffer.alloc(0);
  const bytes = isLarge(record) ? 8 : 4;
  return write([
    [4, 0x08074b50],
    [4, sum],
    [bytes, record.size],
    [bytes, record.size],
  ]);
}

export function directoryRecord(record: ZipRecord, sum: number): Buffer {
  const seconds = Math.max(0, Math.floor(record.modifiedAt.getTime() / 1000)) >>> 0;
  const times = write([
    [2, 0x5455],
    [2, 5],
    [1, 1],
    [4, seconds],
  ]);
  const far = isFar(record);
  const wide = far
    ? write([
        [2, 1],
        [2, 24],
        [8, record.size],
        [8, record.size],
        [8, record.offset],
      ])
    : Buffer.alloc(0);
  return write(
    [
      ...([
        [4, 0x02014b50],
        [2, 0x0300 | 45],
      ] as const),
      ...shared(record, sum, far ? most32 : record.size),
      ...([
        [2, times.length + wide.length],
        [2, 0],
        [2, 0],
        [2, 0],
      ] as const),
      // a regular file that everybody may read
      ...([
        [4, 0o100644 * 0x10000],
        [4, far ? most32 : record.offset],
      ] as const),
    ],
    record.name,
    times,
    wide,
  );
}

interface Directory {
  at: number;
  size: number;
  count: number;
}

const isWide = ({ at, size, count }: Directory): boolean => at >= most32 || size >= most32 || count >= most16;

export const directoryEndSize = (directory: Directory): number => 22 + (isWide(directory) ? 76 : 0);

export function directoryEnd(directory: Directory): Buffer {
  const { at, size, count } = directory;
  const wide = isWide(directory)
    ? write([
        ...([
          [4, 0x06064b50],
          [8, 44],
          [2, 0x0300 | 45],
          [2, 45],
          [4, 0],
          [4, 0],
        ] as const),
        ...([
          [8, count],
          [8, count],
          [8, size],
          [8, at],
        ] as const),
        ...([
          [4, 0x07064b50],
          [4, 0],
          [8, at + size],
          [4, 1],
        ] as const),
      ])
    : Buffer.alloc(0);
  const short = isWide(directory) ? { count: most16, size: most32, at: most32 } : directory;
  const end = write([
    ...([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, short.count],
      [2, short.count],
    ] as const),
    ...([
      [4, short.size],
      [4, short.at],
      [2, 0],
    ] as const),
  ]);
  return Buffer.concat([wide, end]);
}
