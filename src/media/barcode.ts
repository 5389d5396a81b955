import { makePoster } from './image';
import { defaultLimits, type MediaLimits } from './limits';
import { loadSharp } from './load-sharp';
import { boundedWasm, type Instantiate } from './wasm';

/** A barcode takes a fifth of the width of a page and has 113 bars: with fewer pixels they run into each other. */
const longestEdge = 2_400;
/** Japanese books have a second one below it, with the price. */
const mostSymbols = 4;

/** The part of zxing-wasm that we use. */
interface BarcodeReader {
  prepareZXingModule(options: { overrides: { instantiateWasm: Instantiate }; fireImmediately: true }): Promise<unknown>;
  readBarcodes(
    picture: { data: Uint8ClampedArray; width: number; height: number; colorSpace: 'srgb' },
    options: { formats: string[]; tryHarder: boolean; tryInvert: boolean; maxNumberOfSymbols: number },
  ): Promise<{ text: string; isValid: boolean }[]>;
}

let loaded: Promise<BarcodeReader> | null = null;

/** Once a thread. Left to itself the package would fetch its program from a foreign server. */
function loadReader({ decoderBytes }: MediaLimits): Promise<BarcodeReader> {
  loaded ??= load(decoderBytes);
  loaded.catch(() => (loaded = null));
  return loaded;
}

async function load(maxBytes: number): Promise<BarcodeReader> {
  const instantiateWasm = await boundedWasm('zxing-wasm/reader/zxing_reader.wasm', maxBytes);
  const reader = (await import('zxing-wasm/reader')) as unknown as BarcodeReader;
  await reader.prepareZXingModule({ overrides: { instantiateWasm }, fireImmediately: true });
  return reader;
}

/** The digits of the EAN-13 barcodes in a picture. Takes a tenth of a second and more: not for a thread that answers requests. */
export async function readEan13(picture: Buffer, limits: MediaLimits = defaultLimits): Promise<string[]> {
  const sharp = await loadSharp();
  const { data: small } = await makePoster(picture, longestEdge, limits);
  const { data, info } = await sharp(small)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const reader = await loadReader(limits);
  const found = await reader.readBarcodes(
    { data: pixels, width: info.width, height: info.height, colorSpace: 'srgb' },
    { formats: ['EAN13'], tryHarder: true, tryInvert: false, maxNumberOfSymbols: mostSymbols },
  );
  return found.filter(({ isValid }) => isValid).map(({ text }) => text);
}
