import { decodeNames } from '../../../src/media/zip-names';

const raw = (hex: string) => ({ bytes: Buffer.from(hex, 'hex'), utf8: false, unicode: null });

describe('names without the UTF-8 flag', () => {
  const cases: [string, string, string][] = [
    ['UTF-8', Buffer.from('第1話.jpg').toString('hex'), '第1話.jpg'],
    ['Shift-JIS', '91e631986281405c2e6a7067', '第1話\u3000/.jpg'],
    ['GBK', 'b5dad2bbbeed2d3030312e6a7067', '第一卷-001.jpg'],
    ['EUC-KR', 'c1a631c8ad203030312e6a7067', '제1화 001.jpg'],
    ['code page 866', '83ab a0a2a0 20 312e6a7067'.replaceAll(' ', ''), 'Глава 1.jpg'],
    ['code page 437', '8e7468657277656c742e6a7067', 'Ätherwelt.jpg'],
  ];
  test.each(cases)('are told to be %s', (_, hex, name) => {
    expect(decodeNames([raw(hex)])).toEqual([name]);
  });

  test('are decoded together, so that a short one follows the others', () => {
    const [, short] = decodeNames([raw('955c8e862e6a7067'), raw('95942e6a7067')]);
    expect(short).toBe('部.jpg');
  });

  test('yield to the Unicode field', () => {
    expect(decodeNames([{ ...raw('955c2e6a7067'), unicode: '表.jpg' }])).toEqual(['表.jpg']);
  });
});
