import type { Pixels } from './bmp';
import type { Instantiate } from './wasm';

/** The parts that we use of decoders in WebAssembly whose packages have no types for them. */

interface JxlDecoder {
  decode(input: Uint8Array): { data: Uint8ClampedArray; width: number; height: number } | null;
}

type JxlFactory = (options: { noInitialRun: true; instantiateWasm: Instantiate }) => Promise<JxlDecoder>;

interface JpxImage {
  setOptions(options: {
    handler: { sendWithPromise(): Promise<Uint8Array> };
    useWasm: true;
    useWorkerFetch: false;
    wasmUrl: string;
  }): void;
  parseImageProperties(input: Uint8Array): Pick<Pixels, 'width' | 'height'> & { componentsCount: number };
  decode(
    input: Uint8Array,
    options: { numComponents: number; smaskInData: boolean },
  ): Promise<Uint8ClampedArray | undefined>;
  cleanup(): void;
}

/** An answer of libheif that is no handle or picture. `code` is an object that equals one of the enumeration. */
export interface HeifError {
  code: unknown;
  message?: string;
}

export interface HeifChannel {
  id: unknown;
  width: number;
  height: number;
  /** Bytes from one row to the next. */
  stride: number;
  data: Uint8Array;
}

/** The functions of libheif themselves: the class around them writes its errors to the console. */
export interface Heif {
  heif_error_code: { heif_error_Ok: unknown };
  heif_colorspace: { heif_colorspace_RGB: unknown };
  heif_chroma: { heif_chroma_interleaved_RGBA: unknown };
  heif_channel: { heif_channel_interleaved: unknown };
  heif_context_alloc(): object;
  heif_context_read_from_memory(context: object, input: Uint8Array): HeifError;
  heif_js_context_get_primary_image_handle(context: object): object;
  heif_image_handle_get_width(handle: object): number;
  heif_image_handle_get_height(handle: object): number;
  heif_js_decode_image2(
    handle: object,
    space: unknown,
    chroma: unknown,
  ): Promise<{ channels: HeifChannel[] } | HeifError | undefined>;
}

type HeifFactory = (options: {
  instantiateWasm: Instantiate;
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Heif;

// names that the compiler does not look up: what it would find are no declarations

export async function loadJxl(): Promise<JxlFactory> {
  const file: string = '@jsquash/jxl/codec/dec/jxl_dec.js';
  return ((await import(file)) as { default: JxlFactory }).default;
}

export async function loadJpx(): Promise<JpxImage> {
  const file: string = 'pdfjs-dist/legacy/image_decoders/pdf.image_decoders.mjs';
  return ((await import(file)) as { JpxImage: JpxImage }).JpxImage;
}

export async function loadHeif(): Promise<HeifFactory> {
  const module: unknown = await import('libheif-js/libheif-wasm/libheif.js');
  return (module as { default: HeifFactory }).default;
}
