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
  parseImageProperties(input: Uint8Array): Pick<Pixels, 'width' | 'height'>;
  decode(input: Uint8Array, options: { numComponents: number }): Promise<Uint8ClampedArray>;
  cleanup(): void;
}

interface HeifPicture {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display<T extends { data: Uint8ClampedArray }>(target: T, done: (shown: T | null) => void): void;
}

interface Heif {
  HeifDecoder: new () => { decode(input: Uint8Array): HeifPicture[] };
}

// names that the compiler does not look up: what it would find are no declarations

export async function loadJxl(): Promise<JxlFactory> {
  const file: string = '@jsquash/jxl/codec/dec/jxl_dec.js';
  return ((await import(file)) as { default: JxlFactory }).default;
}

export async function loadJpx(): Promise<JpxImage> {
  const file: string = 'pdfjs-dist/legacy/image_decoders/pdf.image_decoders.mjs';
  return ((await import(file)) as { JpxImage: JpxImage }).JpxImage;
}

export async function loadHeif(): Promise<(options: { instantiateWasm: Instantiate }) => Heif> {
  const module: unknown = await import('libheif-js/libheif-wasm/libheif.js');
  return (module as { default: (options: { instantiateWasm: Instantiate }) => Heif }).default;
}
