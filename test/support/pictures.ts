import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A grey PNG; `seed` makes pictures of one size differ, and unlike a real page it does not pack well. */
export function aPng(width = 4, height = 6, seed = 0): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  let state = seed + 1;
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < rows.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    rows[i] = i % (width + 1) === 0 ? 0 : state >>> 24;
  }
  const magic = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
