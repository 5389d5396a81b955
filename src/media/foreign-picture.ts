import { readFile } from 'node:fs/promises';
import { fail, isCoded } from '../base/errors';
import { decodeBmp, decodeIco, type Pixels } from './bmp';
import { loadHeif, loadJpx, loadJxl } from './decoder-modules';
import type { MediaLimits } from './limits';
import { boundedWasm } from './wasm';

/**
 * Pictures that sharp's usual build has no decoder for (docs/decisions/0008). The decoders are synchronous and take up to
 * a second for a large page: not for a thread that answers requests.
 */
type Decode = (input: Buffer, limits: MediaLimits) => Promise<Pixels | Buffer>;

const jxlWasm = '@jsquash/jxl/codec/dec/jxl_dec.wasm';
const heifWasm = 'libheif-js/libheif-wasm/libheif.wasm';

// a decoder is made for one picture and thrown away, and its memory with it

const decodeJxl: Decode = async (input, limits) => {
  const factory = await loadJxl();
  const instantiateWasm = await boundedWasm(jxlWasm, limits.decoderBytes);
  const decoder = await factory({ noInitialRun: true, instantiateWasm });
  const picture = decoder.decode(new Uint8Array(input));
  if (!picture) throw fail('ERR_2003', { type: 'image/jxl' });
  return { data: viewOf(picture.data), width: picture.width, height: picture.height, channels: 4 };
};

const viewOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

/** The decoder that pdf.js brings for the JPEG 2000 pictures of PDFs. */
const decodeJp2: Decode = async (input) => {
  const decoder = await loadJpx();
  const wasm = () => readFile(require.resolve('pdfjs-dist/wasm/openjpeg.wasm'));
  decoder.setOptions({ handler: { sendWithPromise: wasm }, useWasm: true, useWorkerFetch: false, wasmUrl: '' });
  try {
    const { width, height } = decoder.parseImageProperties(input);
    const data = await decoder.decode(input, { numComponents: 0 });
    const channels = data.length / (width * height);
    if (channels !== 1 && channels !== 3 && channels !== 4) throw fail('ERR_2005', { type: 'image/jp2', channels });
    return { data: viewOf(data), width, height, channels };
  } finally {
    // the decoder keeps the memory of its largest picture
    decoder.cleanup();
  }
};

const decodeHeic: Decode = async (input, limits) => {
  const libheif = await loadHeif();
  const module = libheif({ instantiateWasm: await boundedWasm(heifWasm, limits.decoderBytes) });
  const pictures = new module.HeifDecoder().decode(input);
  const picture = pictures.find((candidate) => candidate.is_primary()) ?? pictures[0];
  if (!picture) throw fail('ERR_2003', { type: 'image/heic' });
  const [width, height] = [picture.get_width(), picture.get_height()];
  if (width * height > limits.foreignPixels) throw fail('ERR_2001', { width, height });
  const target = { data: new Uint8ClampedArray(width * height * 4), width, height };
  await new Promise<void>((resolve, reject) => {
    picture.display(target, (shown) => (shown ? resolve() : reject(fail('ERR_2003', { type: 'image/heic' }))));
  });
  return { data: viewOf(target.data), width, height, channels: 4 };
};

const decoders: Record<string, Decode> = {
  'image/jxl': decodeJxl,
  'image/jp2': decodeJp2,
  'image/heic': decodeHeic,
  'image/heif': decodeHeic,
  'image/bmp': (input) => Promise.resolve().then(() => decodeBmp(input)),
  'image/vnd.microsoft.icon': (input, limits) => Promise.resolve().then(() => decodeIco(input, limits.foreignPixels)),
};

export const isForeign = (mediaType: string) => Object.hasOwn(decoders, mediaType);

/** The pixels of a picture, upright, or the picture inside it that sharp can decode. Its size was checked by its header. */
export async function decodeForeign(mediaType: string, input: Buffer, limits: MediaLimits): Promise<Pixels | Buffer> {
  const decode = decoders[mediaType];
  if (!decode) throw fail('ERR_2005', { type: mediaType });
  try {
    return await decode(input, limits);
  } catch (error) {
    // a decoder that met damage throws numbers and strings as well
    throw isCoded(error) ? error : fail('ERR_2003', { type: mediaType }, error);
  }
}
