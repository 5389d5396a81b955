import { readFile } from 'node:fs/promises';
import { fail, isCoded } from '../base/errors';
import { decodeBmp, decodeIco, type Pixels } from './bmp';
import { colourMeaning } from './colour-profile';
import { loadHeif, loadJpx, loadJxl, type HeifChannel, type HeifError } from './decoder-modules';
import type { MediaLimits } from './limits';
import { tiffOf } from './raw-tiff';
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

/** Grey, RGB or four inks, each with or without alpha. */
const maxComponents = 5;

/** The decoder that pdf.js brings for the JPEG 2000 pictures of PDFs. */
const decodeJp2: Decode = async (input, limits) => {
  const decoder = await loadJpx();
  const wasm = () => readFile(require.resolve('pdfjs-dist/wasm/openjpeg.wasm'));
  decoder.setOptions({ handler: { sendWithPromise: wasm }, useWasm: true, useWorkerFetch: false, wasmUrl: '' });
  try {
    // what the decoder goes by is the codestream, which need not say what the header around it does
    const { width, height, componentsCount } = decoder.parseImageProperties(input);
    if (width * height > limits.foreignPixels) throw fail('ERR_2001', { width, height });
    if (componentsCount > maxComponents) throw fail('ERR_2005', { type: 'image/jp2', componentsCount });
    // without the second option transparency is dropped, and four inks become RGB by the simplest formula
    const data = await decoder.decode(input, { numComponents: 0, smaskInData: true });
    const channels = (data?.length ?? 0) / (width * height);
    if (!data || (channels !== 1 && channels !== 3 && channels !== 4))
      throw fail('ERR_2005', { type: 'image/jp2', componentsCount });
    return { data: viewOf(data), width, height, channels };
  } finally {
    // the decoder keeps the memory of its largest picture
    decoder.cleanup();
  }
};

const isError = (answer: object | undefined): answer is HeifError => answer === undefined || 'code' in answer;

/** Rows may be followed by some bytes of padding. */
function pixelsOf({ data, width, height, stride }: HeifChannel): Uint8Array {
  const rowBytes = width * 4;
  if (stride === rowBytes) return data;
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
  return rows;
}

const decodeHeic: Decode = async (input, limits) => {
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const instantiateWasm = await boundedWasm(heifWasm, limits.decoderBytes);
  const heif = (await loadHeif())({ instantiateWasm, print: say, printErr: say });
  const failed = (answer?: HeifError) =>
    fail('ERR_2003', { type: 'image/heic', message: [answer?.message, ...said.slice(0, 10)].join(' ').trim() });
  const context = heif.heif_context_alloc();
  const read = heif.heif_context_read_from_memory(context, new Uint8Array(input));
  if (read.code !== heif.heif_error_code.heif_error_Ok) throw failed(read);
  const handle = heif.heif_js_context_get_primary_image_handle(context);
  if (isError(handle)) throw failed(handle);
  const [width, height] = [heif.heif_image_handle_get_width(handle), heif.heif_image_handle_get_height(handle)];
  if (width * height > limits.foreignPixels) throw fail('ERR_2001', { width, height });
  const { heif_colorspace_RGB: space } = heif.heif_colorspace;
  const picture = await heif.heif_js_decode_image2(handle, space, heif.heif_chroma.heif_chroma_interleaved_RGBA);
  if (isError(picture)) throw failed(picture);
  const channel = picture?.channels.find(({ id }) => id === heif.heif_channel.heif_channel_interleaved);
  if (!channel) throw failed();
  return { data: pixelsOf(channel), width: channel.width, height: channel.height, channels: 4 };
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

/** With the profile that the file has for them, if it is not sRGB. The decoder of JPEG XL gives sRGB whatever is in the file. */
function withMeaning(mediaType: string, input: Buffer, pixels: Pixels): Pixels | Buffer {
  const meaning = colourMeaning(mediaType, input);
  const inks = pixels.channels === 4 && meaning.cmyk;
  if (meaning.cmyk && !inks) return pixels;
  return inks || meaning.profile ? tiffOf(pixels, meaning) : pixels;
}

/** The pixels of a picture, upright, or a picture of them that sharp can decode. Its size was checked by its header. */
export async function decodeForeign(mediaType: string, input: Buffer, limits: MediaLimits): Promise<Pixels | Buffer> {
  const decode = decoders[mediaType];
  if (!decode) throw fail('ERR_2005', { type: mediaType });
  try {
    const decoded = await decode(input, limits);
    return Buffer.isBuffer(decoded) ? decoded : withMeaning(mediaType, input, decoded);
  } catch (error) {
    // a decoder that met damage throws numbers and strings as well
    throw isCoded(error) ? error : fail('ERR_2003', { type: mediaType }, error);
  }
}
