import sharp from 'sharp';

/** The bars of the digits on the left, odd parity; the other two alphabets are the same, inverted and from behind. */
const odd = '0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011'.split(' ');
const right = odd.map((code) => [...code].map((bar) => (bar === '0' ? '1' : '0')).join(''));
const even = right.map((code) => [...code].reverse().join(''));
/** Which of the first six are even says the thirteenth digit. */
const parities = 'OOOOOO OOEOEE OOEEOE OOEEEO OEOOEE OEEOOE OEEEOO OEOEOE OEOEEO OEEOEO'.split(' ');

function barsOf(text: string): string {
  const [first = 0, ...digits] = [...text].map(Number);
  const parity = parities[first] ?? '';
  const left = digits.slice(0, 6).map((digit, index) => (parity[index] === 'O' ? odd : even)[digit]);
  return `101${left.join('')}01010${digits
    .slice(6)
    .map((digit) => right[digit])
    .join('')}101`;
}

/** A page like a back cover: noise, with a printed EAN-13 in a white field near its foot. */
export async function pageWithBarcode(text: string, { bar = 3 }: { bar?: number } = {}): Promise<Buffer> {
  const quiet = 11;
  const width = (95 + 2 * quiet) * bar;
  const bars = [...barsOf(text)].map((one, index) =>
    one === '1' ? `<rect x="${(index + quiet) * bar}" y="12" width="${bar}" height="110"/>` : '',
  );
  const field = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="140"><rect width="100%" height="100%" fill="#fff"/>${bars.join('')}</svg>`;
  return sharp(await noise())
    .composite([{ input: await sharp(Buffer.from(field)).png().toBuffer(), left: 780 - width, top: 930 }])
    .jpeg({ quality: 85 })
    .toBuffer();
}

export async function pageWithoutBarcode(): Promise<Buffer> {
  return sharp(await noise())
    .jpeg({ quality: 85 })
    .toBuffer();
}

const noise = () =>
  sharp({
    create: {
      width: 800,
      height: 1100,
      channels: 3,
      background: '#777',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .png()
    .toBuffer();
